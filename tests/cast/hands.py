"""A clock that tests move."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from tests.cast.ground import NOW
from tincay.web.models import Install


@dataclass
class Hands:
    """The wall clock of a test: `now` for actions, and for pages the offset of a demo install."""

    now: datetime = NOW

    def move(self, **by: float) -> datetime:
        """Go forward, never back, and let pages see the same time."""
        self.now += timedelta(**by)
        self.show()
        return self.now

    def show(self) -> None:
        Install.objects.filter(id=1).update(demo_offset=self.now - timezone.now().replace(microsecond=0))
