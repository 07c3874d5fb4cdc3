"""From a queued row to a delivered message: deliver (claim, pace, send, record), receipts (statuses), settle (what hangs)."""
