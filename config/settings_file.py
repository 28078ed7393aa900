"""The settings file of a home, read as it lies there."""

import tomllib
from pathlib import Path
from typing import Any

from contract.errors import BadSetting

SETTINGS_FILE = "statesheet.toml"


def read_settings_file(home: Path) -> dict[str, Any]:
    """What the settings file in `home` says; nothing where there is none.

    Raises BadSetting for what is not TOML in UTF-8, or says where the home is, and OSError for a file that cannot be read.
    """
    try:
        # Some editors begin a text with a mark of its encoding (U+FEFF), which nobody sees.
        text = (home / SETTINGS_FILE).read_bytes().decode("utf-8-sig")
        said = tomllib.loads(text)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except UnicodeDecodeError as error:
        raise BadSetting(name=SETTINGS_FILE, reason="it is not in UTF-8") from error
    except ValueError as error:
        raise BadSetting(name=SETTINGS_FILE, reason=str(error)) from error
    for name in said:
        if name.lower() == "home":
            reason = "the file lies in the home, and does not lead to another one; `--home` and STATESHEET_HOME do"
            raise BadSetting(name=in_file(name), reason=reason)
    return said


def in_file(name: str) -> str:
    """How a line of the file is called."""
    return f"`{name}` in {SETTINGS_FILE}"
