"""Kill everything at random moments, start it again, and audit what became of each accepted job."""
