"""From values to the API's JSON, one module a noun. Pure."""
