"""Once a day queued leaves get their places: shuffled, among covers, so many that growth tells nothing."""

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.log.conftest import Hand
from tincay.core.ledger import day_totals, leaf
from tincay.core.ledger.day_totals import Growth, floors
from tincay.core.ledger.merkle import hash_leaf, root_of
from tincay.log import queries
from tincay.log.checks import check_log
from tincay.log.models import ClearOpening, Head, Leaf, Queued, Tile
from tincay.log.sequencing import _lift, add_leaves

DAY = date(2026, 6, 30)


def places(hand: Hand, count: int) -> list[int]:
    appended = hand.placed(count)
    return [queries.place_of(one.data) or 0 for one in appended]


def test_leaves_of_today_wait_and_those_of_yesterday_have_their_places(hand: Hand) -> None:
    hand.sign()
    [first] = hand.append()
    hand.next_day()
    [second] = hand.append()
    hand.sign()
    assert queries.place_of(first.data) is not None
    assert queries.place_of(second.data) is None
    assert [bytes(row.data) for row in Queued.objects.all()] == [second.data]


def test_the_first_checkpoint_of_a_log_takes_what_there_is(hand: Hand) -> None:
    [first] = hand.append()
    hand.sign()
    assert queries.place_of(first.data) is not None


@pytest.mark.parametrize(("real", "added"), [(0, 64), (1, 64), (63, 64), (64, 128), (300, 320)])
def test_a_day_adds_a_multiple_of_the_floor(hand: Hand, real: int, added: int) -> None:
    hand.sign()
    hand.placed(real)
    assert queries.size() == 64 + added
    assert check_log()[0] == 64 + added


def test_covers_and_steps_are_mixed(hand: Hand) -> None:
    """Thirty of sixty-four places: in order they would be one run."""
    hand.sign()
    found = places(hand, 30)
    assert found != sorted(found)
    assert max(found) - min(found) > 30
    assert {len(bytes(row.data)) for row in Leaf.objects.all()} == {33}
    assert {bytes(row.data)[0] for row in Leaf.objects.all()} == {1}


def test_a_cover_needs_thirty_two_random_bytes() -> None:
    assert leaf.cover(bytes(32)) == bytes([1]) + bytes(32)
    with pytest.raises(ValueError, match="cover"):
        leaf.cover(bytes(31))


def test_no_row_says_whose_a_leaf_is_or_of_which_kind(hand: Hand) -> None:
    hand.placed()
    assert [field.name for field in Leaf._meta.fields] == ["index", "data"]
    assert not Queued.objects.exists()


def test_ten_thousand_leaves_are_placed_with_every_tile(hand: Hand) -> None:
    hand.sign()
    leaves = [bytes([1]) + number.to_bytes(32) for number in range(10_000)]
    frontier = add_leaves(queries.check_tree(Head.objects.get()), leaves)
    everything = [hash_leaf(bytes(row.data)) for row in Leaf.objects.order_by("index")]
    assert frontier.root() == root_of(everything)
    assert Tile.objects.filter(level=0).count() == 10_064 // 256
    assert len(bytes(Tile.objects.get(level=1).data)) == 32 * (10_064 // 256)
    assert queries._root_of_leaves(frontier.size) == frontier.root()


@pytest.mark.django_db
def test_tiles_fill_the_levels_above_them() -> None:
    """65,536 leaves would fill a tile at level 1; here the roots of so many tiles are lifted."""
    nodes = [hash_leaf(bytes([number % 256, number // 256])) for number in range(300)]
    _lift(1, 0, nodes[:100])
    _lift(1, 100, nodes[100:257])
    _lift(1, 257, nodes[257:])
    stored = {(tile.level, tile.index): bytes(tile.data) for tile in Tile.objects.all()}
    assert stored == {
        (1, 0): b"".join(nodes[:256]),
        (1, 1): b"".join(nodes[256:]),
        (2, 0): root_of(nodes[:256]),
    }


# The floor


def growing(*leaves: int) -> list[Growth]:
    return [Growth(DAY + timedelta(days=number), one) for number, one in enumerate(leaves)]


def floor_after(*leaves: int) -> int:
    return floors(growing(*leaves), DAY + timedelta(days=len(leaves)))[-1]


def test_the_floor_is_sixty_four_until_days_are_larger() -> None:
    assert floor_after() == floor_after(64, 64) == 64
    assert floor_after(64, 640) == 64
    assert floor_after(128, 640) == 128


def test_one_day_in_a_quarter_may_exceed_the_floor_and_two_raise_it() -> None:
    assert floor_after(*[64] * 45, 640, *[64] * 45) == 64
    assert floor_after(*[64] * 45, 320, *[64] * 20, 640, *[64] * 20) == 320


def test_what_happened_longer_ago_than_a_quarter_does_not_count() -> None:
    assert floor_after(640, *[64] * 92, 640) == 64


@given(some.lists(some.integers(1, 40), max_size=300))
def test_the_floor_is_never_lowered(days: list[int]) -> None:
    in_force = floors(growing(*(64 * leaves for leaves in days)), DAY + timedelta(days=len(days)))
    assert in_force == sorted(in_force)
    assert len(in_force) == len(days) + 1


def test_a_floor_that_was_raised_holds_for_quiet_days(hand: Hand) -> None:
    hand.sign()
    for real in (100, 100, 0, 0):
        hand.placed(real)
    assert [growth.leaves for growth in queries.growths()] == [64, 128, 128, 128, 128]
    assert check_log()[0] == queries.size()


# The day's own leaf


def test_the_totals_of_a_day_count_every_leaf_by_kind(hand: Hand) -> None:
    hand.sign()
    hand.append(3, kind="note_written")
    hand.append(2)
    hand.next_day()
    hand.sign()
    totals, _ = queries.last_totals()
    assert totals
    assert totals.counts == {"report_received": 2, "other": 3, "cover": 63 + 58, "day_totals": 2}
    assert (totals.week, totals.floor, totals.start, totals.size) == ("2026-W27", 64, 0, 128)


def test_of_a_week_the_last_totals_are_kept_and_hold_all_of_it(hand: Hand) -> None:
    for _ in range(15):
        hand.append()
        hand.next_day()
        hand.sign()
    kept = [queries.read_totals(row) for row in ClearOpening.objects.filter(kind=day_totals.KIND)]
    assert [totals.week for totals in kept] == ["2026-W27", "2026-W28", "2026-W29"]
    assert [totals.counts["report_received"] for totals in kept] == [6, 7, 2]
    assert [totals.start for totals in kept] == [0, *(totals.size for totals in kept[:-1])]


def test_totals_that_do_not_add_up_are_none(hand: Hand) -> None:
    facts = day_totals.DayTotals("2026-W27", 64, 0, 64, Counter({"cover": 62, "day_totals": 1})).facts
    text = leaf.event_bytes(kind=day_totals.KIND, day=DAY, facts=facts)
    with pytest.raises(ValueError, match="add up"):
        day_totals.read_totals(leaf.open_leaf(leaf.opening(text, bytes(32)).decode()))
