"""Resource types of Heat."""
