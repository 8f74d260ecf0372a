"""What benches share: a service in a process of its own that accounts for itself, and a plain HTTP client."""
