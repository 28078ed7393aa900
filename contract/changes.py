"""What a file can say beside whole objects. Readers yield these in the place of a raw object; the loader understands them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deletion:
    """The object of this type and id is to be deleted; one that is not there is no mistake."""

    type: str
    id: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A part of a file that no object could be read from, and why, for people."""

    reason: str
