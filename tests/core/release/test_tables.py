"""Published figures are stored once, agree with each other, say their error, and are refused where useless."""

from itertools import combinations

import numpy as np
import pytest

from tests.core.release.register import RHO, columns, register, released, rows
from tincay.core.release.domain import Column, Domain
from tincay.core.release.publish import measure_and_publish
from tincay.core.release.rows import rows_of
from tincay.core.release.tables import MISPLACED, FigureNotPublished


def test_a_question_has_one_answer_in_whatever_order_it_is_asked() -> None:
    tables = released().tables
    answer = tables.answer(gender="0", help="1")
    assert tables.answer(help="1", gender="0") == answer
    assert answer.count >= 0
    assert answer.expected_error > 0


def test_every_table_is_the_sum_of_every_wider_one() -> None:
    tables = released().tables
    for wide in tables.stored.values():
        for kept in combinations(range(len(wide.columns)), max(0, len(wide.columns) - 1)):
            narrow = tables.stored.get(frozenset(wide.columns[place] for place in kept))
            if narrow is not None:
                drop = tuple(set(range(len(wide.columns))) - set(kept))
                assert np.array_equal(wide.counts.sum(axis=drop), narrow.counts)


def test_empty_cells_are_listed_like_all_others() -> None:
    table = released().tables.table("gender", "help")
    assert [values for values, _ in table.cells()] == [(g, h) for g in "012" for h in "01"]


def test_what_was_not_measured_and_values_that_do_not_exist_are_not_answered() -> None:
    tables = released().tables
    with pytest.raises(FigureNotPublished, match="not measured"):
        tables.table("gender", "name")
    with pytest.raises(FigureNotPublished, match="not in the code list"):
        tables.answer(gender="9")


def test_a_table_that_would_be_noise_is_refused_with_the_coarser_one() -> None:
    tables = released(people=150, micro_rho=100_000).tables
    refused = [refusal for refusal in tables.refusals if len(refusal.columns) == 2 and refusal.instead]
    assert refused
    with pytest.raises(FigureNotPublished, match=r"Too few people .* Published instead: "):
        tables.table(*refused[0].columns)
    assert refused[0].instead is not None
    assert frozenset(refused[0].instead) in tables.stored


def test_with_almost_nobody_nothing_at_all_is_published() -> None:
    done = released(people=3, micro_rho=1_000)
    assert not done.tables.stored
    assert done.rows_refusal is not None
    with pytest.raises(FigureNotPublished, match="wait for a longer period"):
        done.tables.table()


def test_no_published_table_is_expected_to_misplace_more_than_one_in_ten() -> None:
    done = released(people=400)
    for table in done.tables.stored.values():
        assert table.expected_error * table.counts.size <= MISPLACED * 2 * len(done.rows)


def test_the_printed_error_is_the_error_people_meet() -> None:
    truth = register(3_000)
    real, printed = [], []
    for seed in range(3):
        done = measure_and_publish(truth, micro_rho=RHO, seed=seed, charge=lambda _: None)
        for table in done.tables.stored.values():
            axes = tuple(truth.domain.names.index(name) for name in table.columns)
            real.append(float(np.abs(truth.count(axes).reshape(table.counts.shape) - table.counts).mean()))
            printed.append(table.expected_error)
    assert 0.4 * np.mean(printed) < np.mean(real) < 1.15 * np.mean(printed)


def test_a_fine_table_of_many_places_is_published_by_region() -> None:
    groups = tuple(f"region {value // 15}" for value in range(60))
    domain = Domain.of([Column("place", tuple(map(str, range(60))), groups), Column("kind", tuple("abcdef"))])
    truth = rows(domain, *np.random.default_rng(0).integers(0, (6, 60), (1_200, 2)))
    tables = measure_and_publish(truth, micro_rho=RHO, seed=1, charge=lambda _: None).tables
    refusal = next(r for r in tables.refusals if set(r.columns) == {"kind", "place"})
    assert refusal.instead is not None
    assert set(refusal.instead) == {"kind", "place (group)"}
    by_region = tables.table(*refusal.instead)
    kind = by_region.counts.sum(axis=by_region.columns.index("place (group)"))
    assert kind == pytest.approx(truth.count((0,)), abs=40)


@pytest.mark.parametrize("mixed", [0.0, 0.3])
def test_what_is_offered_instead_is_off_by_no_more_than_it_says(mixed: float) -> None:
    domain = Domain.of(
        [
            Column("job", tuple(map(str, range(40))), tuple(f"kind {value // 10}" for value in range(40))),
            Column(
                "place", tuple(map(str, range(60))), tuple(f"region {value // 15}" for value in range(60))
            ),
        ]
    )
    real, printed = [], []
    for seed in range(4):
        rng = np.random.default_rng(seed)
        region = rng.integers(0, 4, 3_000)
        kind = np.where(rng.random(3_000) < mixed, rng.integers(0, 4, 3_000), region)
        job, place = kind * 10 + rng.integers(0, 10, 3_000), region * 15 + rng.integers(0, 15, 3_000)
        truth = rows_of(domain, np.stack([job, place], axis=1))
        tables = measure_and_publish(truth, micro_rho=RHO, seed=seed, charge=lambda _: None).tables
        offered = tables.table("job (group)", "place (group)")
        real.append(np.abs(offered.counts - truth.count((2, 3)).reshape(4, 4)).mean())
        printed.append(offered.expected_error)
    assert 0.1 * np.mean(printed) < np.mean(real) < 1.5 * np.mean(printed)


def test_a_pair_with_too_many_cells_is_refused_and_nothing_pretends_to_replace_it() -> None:
    domain = columns(a=200, b=200, c=2)
    tables = measure_and_publish(
        rows(domain, *[(i % 200, i % 200, 0) for i in range(5000)]),
        micro_rho=RHO,
        seed=1,
        charge=lambda _: None,
    ).tables
    with pytest.raises(FigureNotPublished, match="too many cells"):
        tables.table("a", "b")
