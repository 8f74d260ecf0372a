"""All SQL. Functions take the connection first and never begin or commit; `Store.write` opens the transaction."""
