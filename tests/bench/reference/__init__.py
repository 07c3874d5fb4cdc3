"""What bin/bench webhooks compares our door with. Each stores the same row in a table of the same shape, and checks the signature."""
