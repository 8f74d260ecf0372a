"""What each route does, one module a noun: (service, request) -> answer."""
