"""When a cron line comes, by the rules that Prefect goes by.

Prefect plans by the clock on the wall: a time that the change to summer time skips comes as much later, and one that comes
twice in autumn counts once, as the first of the two. Where days of the month and of the week are both named, either will do.
"""

import re
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

_DAYS_OF_MONTH, _DAYS_OF_WEEK = 31, 7
_RANGE = re.compile(r"0*(\w+)-0*(\w+)")
_LONGEST_CHANGE = timedelta(hours=3)
"""How long after a clock was put forward times that it skipped may still come."""


def next_time(cron: str, timezone: str, after: datetime, *, either_day: bool = True) -> datetime | None:
    """The first time after `after` that a cron line of five fields means, in UTC; None where it never comes.

    `either_day`: whether days of the month and of the week that are both named are alternatives.
    Raises CronSimError for what is no cron line, ValueError and KeyError for what is no zone.
    """
    for least, most in _RANGE.findall(cron):
        if least.lower() == most.lower():
            raise CronSimError(f"{least}-{most} is a range of one, which Prefect takes for all that there is")
    zone = ZoneInfo(timezone)
    here = after.astimezone(zone)
    skipped = (here.utcoffset() or timedelta()) - ((after - _LONGEST_CHANGE).astimezone(zone).utcoffset() or timedelta())
    times = CronSim(cron, here.replace(tzinfo=None, fold=0) - max(skipped, timedelta()))
    times.day_and = not either_day or _names_no_days(times, *cron.split()[2::2])
    moments = ((wall, wall.replace(tzinfo=zone).astimezone(UTC)) for wall in times)
    coming = ((wall, moment) for wall, moment in moments if moment > after)
    first = next(coming, None)
    if first is None:
        return None
    # One that was skipped may come after one that was not and is later by the clock.
    clock = first[1].astimezone(zone).replace(tzinfo=None)
    return min([first[1], *(moment for _, moment in takewhile(lambda one: one[0] <= clock, coming))])


def _names_no_days(times: CronSim, of_month: str, of_week: str) -> bool:
    """Whether one of the two fields says nothing; the library thinks so of each that begins with a star, such as */2."""
    if "*" in (of_month, of_week):
        return True
    # Sunday is both 0 and 7; the last Friday of a month is a pair.
    week = {day % _DAYS_OF_WEEK for day in times.weekdays if isinstance(day, int)}
    return ("*" in of_week and len(times.days) == _DAYS_OF_MONTH) or ("*" in of_month and len(week) == _DAYS_OF_WEEK)
