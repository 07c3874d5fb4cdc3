"""The journal: one append-only row per thing that happened, and readers that each keep a bookmark (ARCHITECTURE, D15, D16, D27)."""
