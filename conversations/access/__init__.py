"""Who may do what: roles, one visibility rule, tokens (R40, D6, ARCHITECTURE law 7)."""
