"""The one place where the product asks what time it is; actions are handed the answer."""

from datetime import date, datetime

from django.utils import timezone

from tincay.core.clock import local_day
from tincay.web.models import Install, this_install


def now() -> datetime:
    """The time that clocks and leaves use, in whole minutes: nothing finer is kept of a report.

    A demo lives on real time plus an offset that only grows; a real install has no offset.
    """
    return exact_now().replace(second=0, microsecond=0)


def today() -> date:
    """The country's day."""
    return local_day(now())


def exact_now() -> datetime:
    """The same without rounding: for work that is about nobody and is measured in seconds."""
    at = timezone.now()
    if this_install().is_demo:
        # Asked anew each time: `demo-clock` moves it from another process.
        at += Install.objects.values_list("demo_offset", flat=True).get(id=1)
    return at
