"""The scheduled work runs once at a time, whoever starts it."""

from datetime import datetime

import pytest

from tests.cast import Network
from tincay.operations.models import Heartbeat
from tincay.operations.scheduled import tick
from tincay.web.process_lock import exclusive


@pytest.mark.django_db
def test_a_second_tick_at_the_same_time_does_nothing(network: Network, now: datetime) -> None:
    with exclusive("tick") as mine:
        assert mine
        tick(now=now)
        assert not Heartbeat.objects.exists()
    tick(now=now)
    assert Heartbeat.objects.get().at == now
