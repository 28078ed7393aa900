"""What a server that claims this interface must answer, as data: requests, and the structure of their answers.

`statesheet conform` replays them, and the page of compatibility is made from them.
"""

from contract.conformance import errors, jobs, objects, states
from contract.conformance.model import Service

SERVICES: tuple[Service, ...] = (*objects.SERVICES, *jobs.SERVICES, *states.SERVICES, *errors.SERVICES)
"""In the order in which they are replayed: later cases use what earlier ones made."""
