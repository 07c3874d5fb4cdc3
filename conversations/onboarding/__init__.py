"""Setting a number up (C2, C4, C5): the checklist (steps), what ships of its texts (texts), and what the badge wants (badge)."""
