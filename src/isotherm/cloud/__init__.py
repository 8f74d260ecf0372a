"""The only outgoing HTTP: sessions, the catalogue, trusts, names to ids, shared reads, and errors in one language."""
