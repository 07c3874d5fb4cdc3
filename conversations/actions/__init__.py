"""Verbs: the only writers of floor 1, next to ingest, outbox and journal for their own tables (law 1)."""
