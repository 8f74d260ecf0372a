"""The values every package shares: frozen, plain, standard library only."""
