"""REST API of routing."""
