"""Message templates (C23): what Meta approved, how it reads once filled, and whether it may be sent. The modules here know no rows,
but for those that say so; rows are read in queries/templates.py and written in actions/templates.py."""
