"""Every attack succeeds where nothing protects and fails against ours: the table of the gates."""

import pytest

from tests.core.release.register import RHO
from tincay.core.release.attacks import practices
from tincay.core.release.attacks.asking import averaging, trackers
from tincay.core.release.attacks.attribute import attribute
from tincay.core.release.attacks.certainty import dominance, homogeneity
from tincay.core.release.attacks.differencing import differencing
from tincay.core.release.attacks.membership import membership, membership_by_tables
from tincay.core.release.attacks.practices import (
    CELL_SUPPRESSED,
    FRESH_NOISE,
    K_TEN,
    RAW,
    SWAP,
    Practice,
    ours,
)
from tincay.core.release.attacks.proving import population
from tincay.core.release.attacks.reconstruction import reconstruction
from tincay.core.release.attacks.suite import Attack

PEOPLE = population(5_000, 7)

FALLS = [
    (differencing, RAW), (differencing, K_TEN), (differencing, CELL_SUPPRESSED), (differencing, SWAP),
    (reconstruction, RAW), (reconstruction, CELL_SUPPRESSED), (reconstruction, SWAP),
    (membership, RAW), (membership, K_TEN), (membership, CELL_SUPPRESSED), (membership, SWAP),
    (attribute, RAW), (attribute, SWAP),
    (averaging, FRESH_NOISE),
    (trackers, CELL_SUPPRESSED), (trackers, K_TEN), (trackers, FRESH_NOISE),
    (homogeneity, RAW), (homogeneity, K_TEN), (homogeneity, CELL_SUPPRESSED), (homogeneity, SWAP),
    (dominance, RAW), (dominance, K_TEN), (dominance, CELL_SUPPRESSED), (dominance, SWAP),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    ("attack", "practice"), FALLS, ids=lambda each: getattr(each, "name", getattr(each, "__name__", ""))
)
def test_the_attack_succeeds_where_nothing_protects(attack: Attack, practice: Practice) -> None:
    if attack is differencing:
        assert differencing(practice, PEOPLE, 1, targets=25).succeeded
    else:
        assert attack(practice, PEOPLE, 1).succeeded


@pytest.mark.parametrize("attack", [reconstruction, averaging, trackers, homogeneity, dominance])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_attack_fails_against_ours(attack: Attack, seed: int) -> None:
    assert attack(ours(RHO), PEOPLE, seed).figure <= attack(ours(RHO), PEOPLE, seed).gate


@pytest.mark.slow
@pytest.mark.parametrize("attack", [differencing, membership, attribute])
def test_a_guess_fails_against_a_quarter_of_a_budget(attack: Attack) -> None:
    """With chance in play the everyday test uses a quarter's budget, far from the gate; the bench uses .25."""
    assert not attack(ours(25_000), PEOPLE, 1).succeeded


def test_the_tables_tell_no_more_of_membership_than_the_budget_allows() -> None:
    finding = membership_by_tables(ours(RHO), PEOPLE, 1, RHO)
    assert not finding.succeeded
    assert finding.gate < 0.75


def test_exact_tables_tell_more_of_membership_than_a_small_budget_allows() -> None:
    assert membership_by_tables(RAW, PEOPLE, 1, 100).succeeded


@pytest.mark.parametrize("people", [15, *(pytest.param(more, marks=pytest.mark.slow) for more in (40, 100))])
def test_tables_of_a_small_place_prove_most_of_its_records_and_ours_none(people: int) -> None:
    assert reconstruction(CELL_SUPPRESSED, PEOPLE, 1, people).figure > 0.6 * people
    assert reconstruction(ours(RHO), PEOPLE, 1, people).figure == 0


def test_repeated_questions_wear_fresh_noise_away_but_not_a_stored_number() -> None:
    assert averaging(FRESH_NOISE, PEOPLE, 1).figure > 900
    assert averaging(ours(RHO), PEOPLE, 1).figure == 1


def test_k_anonymous_rows_are_k_anonymous() -> None:
    """The comparison is fair: what we call k = 10 is k = 10."""
    matrix = practices.k_anonymous(PEOPLE, 10).matrix()[:, :-1]
    sizes: dict[tuple[int, ...], int] = {}
    for row in map(tuple, matrix.tolist()):
        sizes[row] = sizes.get(row, 0) + 1
    assert min(sizes.values()) >= 10
    assert len(matrix) > 4_500
