"""Wanted and existing resources in, nodes and edges out. Pure."""
