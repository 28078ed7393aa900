"""The HTTP edge: requests in, answers out; errors become envelopes here."""
