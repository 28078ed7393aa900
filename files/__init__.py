"""Files: the private folder of a running job, the store of results, signed links to them, and the key that signs."""
