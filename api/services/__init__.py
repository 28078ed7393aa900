"""The sibling services of the documented one, for clients that feed states in, ask for them, watch tasks and fetch files."""

from api.services import figures, files, history, lookups, not_served, reading, synchronous, tracking, writing

ROUTERS = tuple(part.router for part in (reading, writing, figures, lookups, history, tracking, files, synchronous, not_served))
"""Every route of these services."""
