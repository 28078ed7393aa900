"""Places that the command line writes to, looked at before the work begins."""

import os
from pathlib import Path

from contract.errors import UnusablePlace


def writable(path: Path) -> Path:
    """`path`, absolute, of a file that can be written. Raises UnusablePlace, so that nothing is done in vain."""
    place = path.absolute()
    if place.is_dir():
        raise UnusablePlace(name=str(path), reason="it is a folder; name the file to write")
    if not place.parent.is_dir():
        raise UnusablePlace(name=str(path), reason=f"there is no folder {place.parent}")
    if not os.access(place.parent, os.W_OK):
        raise UnusablePlace(name=str(path), reason=f"the folder {place.parent} may not be written to")
    return place
