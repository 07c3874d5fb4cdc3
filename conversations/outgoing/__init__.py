"""Calls to addresses that people gave us: signed webhooks, fetches. One guard for all of them (D10)."""
