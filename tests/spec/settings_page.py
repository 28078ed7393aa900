"""Makes docs/settings.md from the settings themselves: `python -m tests.spec.settings_page`."""

from pathlib import Path

from pydantic_core import PydanticUndefined

from config.settings import Settings
from config.settings_file import SETTINGS_FILE

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"

_HEAD = f"""# Settings

Each setting is a variable of the environment, `STATESHEET_` and its name in capitals, or a line of `{SETTINGS_FILE}` in the
home folder, by its name in small letters; the home itself is not named there. The environment is stronger; options of a command
are stronger still. In the environment lists have commas between their parts, or are JSON, where a part holds a comma itself.
Paths of databases and of results are whole paths, which begin with `/`. Days and seconds are at most those of a hundred years.
What is no setting is refused in the file; as a variable it has no effect, and `serve` warns of it.

This page is made from `config/settings.py`.

| variable | default | meaning |
|---|---|---|
"""

_FOOT = """
## Settings of one tenant

A section `[tenants.NAME]` of the settings file may hold `webhooks`, `apprise` and `request_status`
(see [notifications.md](notifications.md)). A tenant that is named there exists even before objects were loaded for it.
"""


def settings_page() -> str:
    """The page as it must be."""
    rows = [
        f"| `STATESHEET_{name.upper()}` | {_default(field.default)} | {field.description} |\n"
        for name, field in Settings.model_fields.items()
        if name != "tenants"
    ]
    return _HEAD + "".join(rows) + _FOOT


def _default(value: object) -> str:
    if value is PydanticUndefined or value in ("", (), {}) or "SecretStr" in type(value).__name__:
        return ""
    return f"`{value}`"


if __name__ == "__main__":
    PAGE.write_text(settings_page())
