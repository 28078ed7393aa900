"""The names of the documented objects' attributes. The catalogue makes columns of them."""

from contract.filters import fold
from contract.objects import NESTING

STATES = ("itemState", "channelState", "syndicationState", "validationState", "introState", "publishState")
"""Each with a date, when it was reached."""
VALIDATION_ERROR = "validationError"
"""The group whose entries are the validation errors."""

_ATTRIBUTES = frozenset(map(fold, (*STATES, *map("{}Date".format, STATES), VALIDATION_ERROR)))


def is_attribute(name: str) -> bool:
    """Whether the documented objects have `name` as an attribute or in one; no property of theirs is called so."""
    return fold(name.partition(NESTING)[0]) in _ATTRIBUTES
