"""The sibling services of the documented one, for clients that feed states in, ask for them, watch tasks and fetch files."""

from api.services.figures import router as figures
from api.services.files import router as files
from api.services.history import router as history
from api.services.importing import router as importing
from api.services.lookups import router as lookups
from api.services.not_served import router as not_served
from api.services.reading import router as reading
from api.services.synchronous import router as synchronous
from api.services.tracking import router as tracking
from api.services.writing import router as writing

ROUTERS = (reading, writing, importing, figures, lookups, history, tracking, files, synchronous, not_served)
"""The routes of every service, in the order of the interface's page."""
