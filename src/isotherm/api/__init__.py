"""The Orchestration API v1 over WSGI: routes in one table, a handler module a noun, views apart, errors in one place."""
