"""Makes docs/errors.md from the tables of errors and warnings: `python -m tests.spec.errors_page`."""

import re
from pathlib import Path

from contract.errors import ERRORS
from contract.warnings import WARNINGS

PAGE = Path(__file__).parents[2] / "docs" / "errors.md"

_HEAD = """# Errors

Every answer that is not a success has the envelope of the documented service, with a message for each thing that is wrong:

```json
{
  "dataObjectOperationResponse": {
    "status": "error",
    "statusDetail": {
      "code": "SSH4000",
      "message": "The request has 1 mistake: params.query.filters.typesCriterion: typesCriterion, a list of types, is missing",
      "messageType": "Error",
      "messages": [
        {
          "message": "typesCriterion, a list of types, is missing",
          "messageType": "Error",
          "messageCode": "SSH4003",
          "path": "params.query.filters.typesCriterion"
        }
      ]
    },
    "totalRecords": 0
  }
}
```

`path` says where in the body; it is empty where the error is not about one place. A job that fails shows its code and message
in `error`. What to do about it is told by this page, the Downloads page and the command line; answers hold code and text.
Codes that begin with `RSC` are those of the documented service, `SSH` ones are this project's own.

| code | HTTP status | text | what to do | may pass by itself |
|---|---|---|---|---|
"""

_WARNINGS = """
## Warnings

What a job went on in spite of is in its `warnings`.

| code | text | what to do |
|---|---|---|
"""


def errors_page() -> str:
    """The page as it must be."""
    errors = "".join(
        f"| `{code}` | {error.status} | {_filled(error.text)} | {_cell(error.advice)} | {'yes' if error.retryable else ''} |\n"
        for code, error in sorted(ERRORS.items())
    )
    warnings = "".join(
        f"| `{code}` | {_filled(wording.text)} | {_cell(wording.advice)} |\n" for code, wording in sorted(WARNINGS.items())
    )
    return _HEAD + errors + _WARNINGS + warnings


def _filled(text: str) -> str:
    """The text with its facts as words in italics."""
    return _cell(re.sub(r"\{(\w+)(?:![rs]|:,)?\}", lambda fact: f"*{fact[1]}*", text.replace("}{", "} {")))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(errors_page())
