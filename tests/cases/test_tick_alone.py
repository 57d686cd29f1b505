"""The scheduled work runs once at a time, whoever starts it."""

from datetime import datetime

import pytest

from tests.cast import Network
from tincay.cases.models import Heartbeat
from tincay.cases.schedule import tick
from tincay.web.alone import alone


@pytest.mark.django_db
def test_a_second_tick_at_the_same_time_does_nothing(network: Network, now: datetime) -> None:
    with alone("tick") as mine:
        assert mine
        tick(now=now)
        assert not Heartbeat.objects.exists()
    tick(now=now)
    assert Heartbeat.objects.get().at == now
