"""When a schedule runs: presets for people, cron lines for Prefect, and cron lines in words."""

import re
from collections.abc import Mapping

from contract.errors import BadSchedule

PRESETS = {
    "weekdays": "Every weekday",
    "daily": "Every day",
    "weekly": "Every Monday",
    "monthly": "On the first of each month",
    "hourly": "Every hour",
    "cron": "By a cron line",
}
SCHEDULE_FIELDS = ("every", "at", "cron", "timezone")
FIRST_TIME = "06:00"
"""When a preset runs before somebody says another time."""
# Day of the month, month, day of the week.
_DAYS = {"weekdays": "* * 1-5", "daily": "* * *", "weekly": "* * 1", "monthly": "1 * *"}
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::[0-9.]+)?")
"""Browsers may write seconds too."""
_LAST_HOUR, _LAST_MINUTE = 23, 59
_SIMPLE = re.compile(r"(\d{1,2}) (\d{1,2}) (.+)")


def cron_of(fields: Mapping[str, str]) -> str:
    """The cron line that the fields `every`, `at` (`06:00`) and `cron` ask for; whether a typed one is one is found later.

    Raises BadSchedule for a time that is none.
    """
    every = fields.get("every", "cron")
    if every not in PRESETS or every == "cron":
        return fields.get("cron", "").strip()
    hour, minute = _time_of(fields.get("at", FIRST_TIME).strip())
    return f"{minute} * * * *" if every == "hourly" else f"{minute} {hour} {_DAYS[every]}"


def _time_of(text: str) -> tuple[int, int]:
    found = _TIME.fullmatch(text)
    if not found or int(found[1]) > _LAST_HOUR or int(found[2]) > _LAST_MINUTE:
        raise BadSchedule(path="at", reason=f"{text[:20]!r} is not a time of the day such as {FIRST_TIME}")
    return int(found[1]), int(found[2])


def is_scheduling(fields: Mapping[str, str], timezone: str) -> bool:
    """Whether somebody was at the fields of a schedule: it was to be saved, or one of them is not as an empty form has it.

    Without a script Enter in one of them counts the objects, and what was typed must be seen then.
    """
    empty = {"every": next(iter(PRESETS)), "at": FIRST_TIME, "cron": "", "timezone": timezone}
    return fields.get("do") == "schedule" or any(fields.get(name, value) != value for name, value in empty.items())


def in_words(cron: str) -> str:
    """`Every weekday at 06:00` for a line that a preset makes; any other line as it is."""
    hourly = re.fullmatch(r"(\d{1,2}) \* \* \* \*", cron)
    if hourly:
        return f"Every hour at {int(hourly[1]):02d} past"
    found = _SIMPLE.fullmatch(cron)
    preset = next((name for name, days in _DAYS.items() if found and days == found[3]), None)
    return f"{PRESETS[preset]} at {int(found[2]):02d}:{int(found[1]):02d}" if found and preset else cron
