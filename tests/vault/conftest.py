"""The ground of the vault's tests: a team whose desk has its key, and words that were sealed to it."""

import pytest

from tests.cast import Helper, Team, hire_helper, new_desk, new_organisation, staff_desk
from tests.vault.sealed import Kept, keep
from tincay.people.models import Desk


@pytest.fixture
def desk(team: Team) -> Desk:
    return team.desk


@pytest.fixture
def kept(desk: Desk) -> Kept:
    return keep(desk)


@pytest.fixture
def outsider(team: Team) -> Helper:
    """Somebody of another organisation, who alone holds the key of its desk."""
    other = new_organisation("ben-song", "ngo", "intake", vi="Bến Sông", en="Bến Sông")
    worker = hire_helper(other, "son.bensong")
    staff_desk(new_desk(other, "ben-song-tiep-nhan"), worker)
    return worker
