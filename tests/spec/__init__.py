"""What the docs say is what the code does."""
