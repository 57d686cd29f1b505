"""An office for the tests of people: one organisation and one desk, and whoever a test hires; no keys."""

from dataclasses import dataclass

import pytest
from django.core.cache import cache

from tests.cast import Worker, hire, new_desk, new_organisation
from tincay.people.actions import add_seat
from tincay.people.models import Desk, Organisation
from tincay.web.models import Install


@dataclass
class Office:
    """Somewhere to work."""

    organisation: Organisation
    desk: Desk

    def hire(self, username: str, role: str = "case_worker", *, on_call: int | None = None) -> Worker:
        """Somebody without a key of their own; with a place on call also with a seat at the desk."""
        worker = hire(self.organisation, username, role, with_key=False)
        if on_call is not None:
            add_seat(user=worker.user, desk=self.desk, on_call=on_call)
        return worker


@pytest.fixture
def office(install: Install) -> Office:
    organisation = new_organisation("cay-me", vi="Cây Me", en="Cây Me")
    return Office(organisation, new_desk(organisation, "ban-mot", vi="Bàn một", en="Desk one"))


@pytest.fixture(autouse=True)
def _no_code_was_used() -> None:
    """Failed sign-ins and codes that were used are counted in the cache, which outlives a test."""
    cache.clear()
