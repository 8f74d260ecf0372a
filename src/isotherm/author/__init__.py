"""What tells authors about their templates: checks, descriptions, the editor's schema, completion. Pure but for `sources` and `svg`."""
