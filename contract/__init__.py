"""The wire: what a client may send, what it gets back, and the rules in between. No I/O, and nothing of our other rooms."""
