"""The one place where the product asks what time it is; actions are handed the answer."""

from datetime import datetime

from django.utils import timezone

from tincay.web.models import Install, this_install


def now() -> datetime:
    """The time that clocks and leaves use, to the second.

    A demo lives on real time plus an offset that only grows; a real install has no offset.
    """
    real = timezone.now().replace(microsecond=0)
    if not this_install().demo:
        return real
    # Asked anew each time: `demo-clock` moves it from another process.
    return real + Install.objects.values_list("demo_offset", flat=True).get(id=1)
