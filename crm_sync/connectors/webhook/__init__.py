"""Signed webhooks to any address: Standard Webhooks (S1, S12)."""
