"""A night at a desk, minute by minute: what comes in, whom the scheduled work rings, and who presses "seen"."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from tests.cast import Reporter
from tests.intake.test_send import work_on
from tests.patience import StandingClock
from tests.people.channel import Channel
from tincay.intake import flood
from tincay.people.calls import see_notices
from tincay.people.channels import send_notices
from tincay.people.models import User
from tincay.reports import schedule
from tincay.web.time import now

Post = Callable[..., Any]
BEHAVIOURS = ("at once", "after ten minutes", "never")
"""When those who are rung press that it is seen."""


def in_danger(client: Client) -> Post:
    """Send the report of the person of this number, with the work that her page asked for."""

    def post(number: int, *, province: str = "M01", priority: str = "p0") -> Any:
        page = flood.new_nonce()
        done = work_on(str(page["nonce"]), int(page["bits"]))
        envelope = Reporter(number).envelope_json(priority=priority, province=province, key=f"{number:022}")
        return client.post(
            "/send/", json.dumps(envelope | {"proof_of_work": done}), content_type="application/json"
        )

    return post


@dataclass
class Night:
    """`minute` lets one pass: the scheduled work runs, and people press as they do (`behaviour`)."""

    clock: StandingClock
    channel: Channel
    people: Sequence[User]
    behaviour: str
    _waits: dict[str, int] = field(default_factory=dict)
    _heard: int = 0

    def flood(self, post: Post, *, minutes: int, count: int) -> int:
        """So many reports, evenly over so many minutes; how many were taken."""
        taken = 0
        for minute in range(minutes):
            first, last = (count * part // minutes for part in (minute, minute + 1))
            taken += sum(post(number + 1).status_code == 201 for number in range(first, last))
            self.minute()
        return taken

    def pass_hours(self, hours: int) -> None:
        for _ in range(hours * 6):
            self.clock.go_on(600)
            self._work()

    def minute(self) -> None:
        self.clock.go_on(60)
        self._work()
        self._press()

    def _work(self) -> None:
        at = now()
        schedule.escalate(at)
        schedule.call_next(at)
        send_notices(now=at)

    def _press(self) -> None:
        for told in self.channel.told[self._heard :]:
            self._waits.setdefault(
                told["to"], {"at once": 0, "after ten minutes": 10, "never": 10**6}[self.behaviour]
            )
        self._heard = len(self.channel.told)
        for user in self.people:
            left = self._waits.get(user.username)
            if left == 0:
                see_notices(user=user)
                del self._waits[user.username]
            elif left:
                self._waits[user.username] = left - 1
