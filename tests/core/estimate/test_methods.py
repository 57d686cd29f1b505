"""What must hold for every method: a sane number or a named refusal, whatever the table and its order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tincay.core.estimate import methods
from tincay.core.estimate.answers import REASONS, MethodAnswer
from tincay.core.estimate.bic import by_bic
from tincay.core.estimate.histories import LARGEST_COUNT, Table, count_people, table_of
from tincay.core.estimate.latent import SamplerSettings, latent
from tincay.core.estimate.methods import METHODS, Settings, ask
from tincay.core.estimate.threshold import Walk, threshold

from .tables import load

ONE = 10**10
EDGES = {
    "nobody": table_of(["A", "B", "C"], [0] * 8),
    "one list": table_of(["A"], [0, 9]),
    "one list that counts": table_of(["A", "B", "C"], [0, 9, 0, 0, 0, 0, 0, 0]),
    "no overlap": table_of(["A", "B", "C"], [0, 9, 8, 0, 7, 0, 0, 0]),
    "only overlap": table_of(["A", "B", "C"], [0, 0, 0, 0, 0, 0, 0, 9]),
    "a list of everybody": table_of(["A", "B", "C"], [0, 9, 0, 8, 0, 7, 0, 6]),
    "one person seen twice": table_of(["A", "B", "C"], [0, 9, 8, 1, 7, 0, 0, 0]),
    "one person": table_of(["A", "B", "C"], [0, 1, 0, 0, 0, 0, 0, 0]),
    "huge and equal": table_of(["A", "B", "C"], [0, *[ONE] * 7]),
    "huge and alone": table_of(["A", "B", "C"], [0, LARGEST_COUNT, 1, 1, 1, 1, 1, 1]),
    "two equal lists": table_of(["A", "B", "C"], [0, 0, 0, 9, 8, 0, 0, 7]),
    "nobody seen exactly twice": table_of(["A", "B", "C"], [0, 9, 8, 0, 7, 0, 0, 3]),
    "nobody seen exactly twice, and many three times": table_of(
        ["A", "B", "C", "D"], [0, 5, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 5, LARGEST_COUNT, 0]
    ),
    "too far apart to compute with": table_of(
        ["A", "B", "C", "D"], [0, 0, *[LARGEST_COUNT] * 2, 5, 0, 0, 0, 0, 0, 5, 0, 5, 0, 0, 0]
    ),
    "huge beside nearly nobody": table_of(
        ["A", "B", "C", "D"],
        [LARGEST_COUNT * (mark == "1") + 5 * (mark == "5") for mark in "0510105011051011"],
    ),
    "two lists": table_of(["A", "B"], [0, 170, 120, 30]),
    "two lists, one empty": table_of(["A", "B"], [0, 50, 0, 0]),
    "two lists that are one": table_of(["A", "B"], [0, 0, 0, 50]),
    "two lists, one inside the other": table_of(["A", "B"], [0, 50, 0, 20]),
    "two lists apart": table_of(["A", "B"], [0, 500_000, 500_000, 0]),
    "two huge lists apart": table_of(["A", "B"], [0, LARGEST_COUNT, LARGEST_COUNT, 0]),
    "two huge lists and one person on both": table_of(["A", "B"], [0, LARGEST_COUNT, LARGEST_COUNT, 1]),
    "full Korea": load("korea_3list"),
}
SETTINGS = Settings(replicates=60)


@pytest.fixture(autouse=True)
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    sampler, walk = SamplerSettings(chains=4, burn_in=60, kept=200, compiled=False), Walk(8, 100, 200)
    monkeypatch.setattr(methods, "latent", lambda table, seed: latent(table, sampler=sampler, seed=seed))
    monkeypatch.setattr(methods, "threshold", lambda table, seed: threshold(table, seed=seed, walk=walk))


def is_sane(answer: MethodAnswer, table: Table) -> bool:
    """No number below the people seen, none beyond a thousand times as many (or a refusal that is written down)."""
    if answer.refusal is not None:
        return answer.estimate is None and answer.refusal.reason in REASONS
    assert answer.estimate is not None
    return table.size <= answer.estimate * (1 + 1e-9) < 1000 * table.size


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("edge", EDGES)
def test_every_edge_gives_a_sane_number_or_a_named_refusal(method: str, edge: str) -> None:
    assert is_sane(ask(method, EDGES[edge], SETTINGS), EDGES[edge])


@pytest.mark.parametrize("method", ["stepwise", "bic", "decomposable", "chao"])
def test_huge_equal_counts_give_as_many_again_in_the_unseen_cell(method: str) -> None:
    """Three lists that each see half of everybody, independently: the unseen cell is like the others."""
    answer = ask(method, EDGES["huge and equal"], SETTINGS)
    assert answer.estimate == pytest.approx(8 * ONE, rel=0.01)


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=8, deadline=None)
@given(
    st.sampled_from([3, 7]).flatmap(
        lambda cells: st.lists(st.sampled_from([0, 0, 1, 2, 7, 300]), min_size=cells, max_size=cells)
    )
)
def test_any_small_table_gives_a_sane_number_or_a_named_refusal(method: str, counts: list[int]) -> None:
    table = table_of("AB" if len(counts) == 3 else "ABC", [0, *counts])
    assert is_sane(ask(method, table, SETTINGS), table)


@settings(max_examples=20, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_the_people_does_not_matter(order: object) -> None:
    table = load("korea_3list")
    people = [
        [cell >> j & 1 for j in range(3)] for cell in range(1, 8) for _ in range(int(table.counts[cell]))
    ]
    order.shuffle(people)  # type: ignore[attr-defined]
    assert count_people(table.lists, people) == table


@pytest.mark.parametrize("method", ["stepwise", "bic", "decomposable", "chao"])
@pytest.mark.parametrize("name", ["uk_5list", "hiv_rome_4list"])
def test_the_order_of_the_lists_does_not_matter(method: str, name: str) -> None:
    table = load(name)
    plain = METHODS[method] if method != "bic" else _best
    turned = table.keep(table.lists[::-1])
    assert plain(turned, SETTINGS).estimate == pytest.approx(plain(table, SETTINGS).estimate, rel=1e-6)


def _best(table: Table, work: Settings) -> MethodAnswer:
    """BIC of pairwise models without replicates: quick, and enough to see an order."""
    return by_bic(table, order=2, replicates=0, seed=work.seed)


def test_estimates_follow_the_scale_of_the_counts() -> None:
    """Ten times the people in every cell: ten times the estimate, where no choice of model depends on n."""
    table = load("uk_5list")
    tenfold = table_of(table.lists, (10 * table.counts).tolist())
    first, second = (ask("chao", each, SETTINGS).estimate for each in (table, tenfold))
    assert first is not None
    assert second == pytest.approx(10 * first, rel=1e-6)
    assert np.array_equal(tenfold.counts, 10 * table.counts)
