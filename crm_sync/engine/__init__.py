"""Sending jobs: claim, deliver, record (S10)."""
