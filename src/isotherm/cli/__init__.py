"""The `isotherm` command: one module a command."""
