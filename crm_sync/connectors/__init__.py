"""One folder per product, with the same file names in each (STYLE habit 13)."""
