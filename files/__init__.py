"""Where files are: the spool of a running job, the store of results, signed links."""
