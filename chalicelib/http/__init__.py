"""What all dialects share over HTTP, knowing none of them."""
