"""Crons that look into a queue so often that a worker would do it better."""

from __future__ import annotations

from ..quick import TYPE_CHECKING
from . import running

if TYPE_CHECKING:
    from ..model import Cron
    from .durations import Duration
    from .tools import Known

NEARLY_ALWAYS = 120
"""Seconds between runs up to which a cron is a worker in disguise."""

_ONCE = ("php artisan queue:work --once", "drush queue:run", "drush queue-run", "craft queue/run", "yii queue/run")
"""Commands that take what is in a queue and end."""


def consumer_by_the_minute(cron: Cron, duration: Duration) -> Known | None:
    """What takes from a queue in a cron that is always due again, and ends each time; None in all others."""
    schedule = cron.reading.schedule if cron.reading else None
    if schedule is None or schedule.interval is None or schedule.interval > NEARLY_ALWAYS or schedule.uneven_steps:
        return None
    if cron.command is None or duration.endless or schedule.every_minute_of_hour:
        return None
    return next((known for known in running.known(cron.command) if known.consumer or known.name in _ONCE), None)
