"""Whether this machine's clock is to be believed before anything irreversible is done by it.

A clock that is wrong by days signs days that have not come, climbs every deadline and takes words away. Nothing new
is signed to find out: a witness is asked to sign once more what was signed last, and its signature holds its time.
"""

from datetime import datetime, time, timedelta

from django.utils.timezone import localtime

from tincay.core.clock import ZONE
from tincay.log.checkpointing import times_at_witnesses
from tincay.log.queries import signed_until
from tincay.operations.models import Heartbeat
from tincay.reports.queries import last_received
from tincay.web.models import this_install

BELIEVED_FOR = timedelta(hours=36)
"""As long as the last run lies no further away, the clock needs no second one."""
AGREES_WITHIN = timedelta(hours=1)


def doubt(now: datetime) -> str:
    """Why `now` is not to be believed; "" when it is. May speak with witnesses: outside any transaction.

    A demo's clock is moved on purpose.
    """
    last = last_known()
    if this_install().is_demo or last is None or abs(now - last) <= BELIEVED_FOR:
        return ""
    times = times_at_witnesses()
    if times and all(abs(now - at) <= AGREES_WITHIN for at in times):
        return ""
    second = f"a witness says {_words(times[0])}" if times else "no witness says what time it is"
    return (
        f"the clock says {_words(now)}, the last work was done at {_words(last)}, and {second}. Nothing was closed, "
        "erased, escalated, counted or signed; calls went out. Put the clock right; if it is right, run once: "
        "./run tincay tick --the-clock-is-right"
    )


def last_known() -> datetime | None:
    """The last time that was believed: of the last run; before the first one of the log, or of the newest report.

    A run in doubt leaves no beat, so that whatever came in under a wrong clock does not make it right.
    """
    beat = Heartbeat.objects.values_list("at", flat=True).first()
    if beat:
        return beat
    day = signed_until()
    return datetime.combine(day, time(12), ZONE) if day else last_received()


def _words(at: datetime) -> str:
    return f"{localtime(at):%Y-%m-%d %H:%M}"
