"""When a cron line comes, by the rules that Prefect goes by.

Prefect plans by the clock on the wall: a time that the change to summer time skips comes as much later, and one that comes
twice in autumn counts once, as the first of the two. Where days of the month and of the week are both named, either will do.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim

_DAYS_OF_MONTH, _DAYS_OF_WEEK = 31, 7
_LONGEST_CHANGE = timedelta(hours=3)
"""How long after a clock was put forward times that it skipped may still come."""


def next_time(cron: str, timezone: str, after: datetime, *, either_day: bool = True) -> datetime | None:
    """The first time after `after` that a cron line of five fields means, in UTC; None where it never comes.

    `either_day`: whether days of the month and of the week that are both named are alternatives.
    Raises CronSimError for what is no cron line, ValueError and KeyError for what is no zone.
    """
    zone = ZoneInfo(timezone)
    here = after.astimezone(zone)
    skipped = (here.utcoffset() or timedelta()) - ((after - _LONGEST_CHANGE).astimezone(zone).utcoffset() or timedelta())
    times = CronSim(cron, here.replace(tzinfo=None, fold=0) - max(skipped, timedelta()))
    # The library takes a field such as */2 for one that names no days, and 1-31 for one that does.
    times.day_and = not either_day or len(times.days) == _DAYS_OF_MONTH or _is_any_day_of_week(times)
    moments = (wall.replace(tzinfo=zone).astimezone(UTC) for wall in times)
    return next((moment for moment in moments if moment > after), None)


def _is_any_day_of_week(times: CronSim) -> bool:
    # Sunday is both 0 and 7; the last Friday of a month is a pair.
    return len({day % _DAYS_OF_WEEK for day in times.weekdays if isinstance(day, int)}) == _DAYS_OF_WEEK
