"""Resource types: declared data plus small pure functions from (old, new) values to a plan of steps."""
