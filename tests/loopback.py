"""HTTP to the servers of the tests, all on this machine."""

import httpx

http = httpx.Client(
    # Each new client would read all certificates of the system first, which takes longer than what is asked.
    verify=False,
    # A server that was killed meanwhile is met by a new connection and not by what is left of an old one.
    limits=httpx.Limits(max_keepalive_connections=0),
)
