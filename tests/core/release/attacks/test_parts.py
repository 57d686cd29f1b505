"""The pieces that attacks are made of, on cases whose answer is known."""

import math
from dataclasses import replace

import numpy as np
import pytest

from tests.core.release.register import columns, register, rows, silence
from tincay.core.release.attacks import audit as parts
from tincay.core.release.attacks.asking import trackers
from tincay.core.release.attacks.attribute import attribute
from tincay.core.release.attacks.audit import (
    _renyi,
    _spent,
    _surely_above,
    audit,
    budget_sum,
    noise_of,
    noise_shape,
    same_shape_when_empty,
)
from tincay.core.release.attacks.membership import auc, membership, nearest
from tincay.core.release.attacks.practices import (
    RAW,
    AttackerView,
    Figures,
    Practice,
    attacker_view,
    ours,
    remembered,
)
from tincay.core.release.attacks.proving import narrowed, rows_without_twin, widest
from tincay.core.release.attacks.reconstruction import provable, reconstruction
from tincay.core.release.domain import Column, Domain
from tincay.core.release.measure import Measurement, measure
from tincay.core.release.noise import Counts, Noise, discrete_gaussian
from tincay.core.release.publish import measure_and_publish
from tincay.core.release.rows import UNKNOWN, Rows
from tincay.core.release.workload import Axes, Workload, choose_tables


def half(counts: Counts, scale: float) -> Counts:
    return discrete_gaussian(counts, scale / 2)


def measured(micro_rho: int = 250_000) -> Measurement:
    truth = register(100)
    return measure(truth, choose_tables(truth.domain), micro_rho=micro_rho, charge=lambda _: None)


@pytest.mark.parametrize("micro_rho", [17_500, 250_000])
def test_the_mechanism_spends_no_more_than_it_claims(micro_rho: int) -> None:
    assert not audit(discrete_gaussian, micro_rho).succeeded


def test_a_mechanism_with_half_the_noise_fails_the_audit() -> None:
    assert audit(half, 250_000).succeeded


def test_no_noise_at_all_fails_the_audit() -> None:
    assert audit(silence, 250_000).succeeded


def test_the_noise_is_the_discrete_gaussian() -> None:
    assert not noise_shape(discrete_gaussian, 17.3).succeeded
    assert not noise_shape(discrete_gaussian, 1.2).succeeded


def test_half_the_noise_or_rounded_uniform_noise_is_not() -> None:
    def even(counts: Counts, scale: float) -> Counts:
        return counts + np.random.default_rng(1).integers(
            -int(1.7 * scale), int(1.7 * scale) + 1, len(counts)
        )

    assert noise_shape(half, 17.3).succeeded
    assert noise_shape(even, 17.3).succeeded


def test_the_noise_of_all_tables_costs_what_was_charged_and_an_unpaid_table_is_found() -> None:
    honest = measured()
    assert not budget_sum(honest).succeeded
    cheat = Measurement(honest.workload, honest.tables, honest.micro_rho // 2, 1, honest.spent / 2)
    assert budget_sum(cheat).succeeded


def test_an_empty_register_has_every_table_and_a_missing_one_is_found() -> None:
    honest = measured()
    assert not same_shape_when_empty(honest).succeeded
    fewer = {axes: table for axes, table in honest.tables.items() if axes != (0,)}
    assert same_shape_when_empty(replace(honest, tables=fewer)).figure == 1


def test_tables_or_budgets_that_were_chosen_by_looking_at_the_rows_are_found() -> None:
    truth = register(100)
    honest = choose_tables(truth.domain)
    fewer = choose_tables(truth.domain, triple_cells=100)
    tilted = replace(honest, parts=dict(zip(honest.parts, reversed(honest.parts.values()), strict=True)))
    for chosen in (fewer, tilted):
        assert same_shape_when_empty(counted(truth, discrete_gaussian, chosen)).succeeded


def uniform(counts: Counts, scale: float) -> Counts:
    """Whole numbers of the right mean and variance, but none far out."""
    reach = round((math.sqrt(12 * scale * scale + 1) - 1) / 2)
    return counts + np.random.default_rng(1).integers(-reach, reach + 1, len(counts))


def with_exact_totals(counts: Counts, scale: float) -> Counts:
    noise = discrete_gaussian(np.zeros_like(counts), scale)
    noise[1::2] = -noise[: len(noise) // 2 * 2 : 2]
    return counts + noise


def one_draw_for_all(counts: Counts, scale: float) -> Counts:
    return counts + discrete_gaussian(np.zeros(1, dtype=np.int64), scale)


def counted(truth: Rows, noise: Noise, workload: Workload | None = None, most: int = 1) -> Measurement:
    paid = choose_tables(truth.domain) if workload is None else workload
    return measure(truth, paid, micro_rho=250_000, most=most, charge=lambda _: None, noise=noise)


@pytest.mark.parametrize("most", [1, 3])
def test_the_noise_in_a_measurement_is_the_noise_it_declares(most: int) -> None:
    truth = register(400)
    assert noise_of(counted(truth, discrete_gaussian, most=most), truth).figure == 0


@pytest.mark.parametrize("noise", [silence, half, uniform, with_exact_totals, one_draw_for_all])
def test_a_measurement_whose_noise_is_silent_small_of_another_shape_or_shared_is_found(noise: Noise) -> None:
    truth = register(400)
    finding = noise_of(counted(truth, noise), truth)
    assert finding.succeeded
    assert finding.figure == 1


def test_one_silent_table_among_many_is_found() -> None:
    truth = register(400)
    honest = counted(truth, discrete_gaussian)
    axes = max(honest.tables, key=lambda axes: len(honest.tables[axes].counts))
    tables = {**honest.tables, axes: replace(honest.tables[axes], counts=truth.count(axes))}
    assert noise_of(replace(honest, tables=tables), truth).succeeded


def test_other_rows_than_the_measured_ones_are_found() -> None:
    assert noise_of(counted(register(400), discrete_gaussian), register(500)).succeeded


def test_noise_larger_than_declared_is_found() -> None:
    truth = register(400)
    honest = counted(truth, discrete_gaussian)
    tables = {axes: replace(table, variance=table.variance / 4) for axes, table in honest.tables.items()}
    assert noise_of(replace(honest, tables=tables), truth).succeeded


def test_a_dozen_cells_are_enough_to_miss_the_noise() -> None:
    few = rows(columns(a=3, b=2), (0, 0), (1, 1), (2, 0))
    assert noise_of(counted(few, silence), few).succeeded
    assert not noise_of(counted(few, discrete_gaussian), few).succeeded


def test_sound_noise_is_hardly_ever_called_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    """At a hundredth instead of 1 in 100,000: of 300 sound measurements about three at most."""
    monkeypatch.setattr(parts, "SOUND_REFUSED", 0.01)
    truth = rows(columns(a=12, b=5), *[(place % 12, place % 5) for place in range(300)])
    assert sum(noise_of(counted(truth, discrete_gaussian), truth).figure for _ in range(300)) <= 12


def test_clopper_and_pearson_s_bound_is_the_known_one() -> None:
    assert _surely_above(0, 100) == 0
    assert _surely_above(100, 100) == pytest.approx(0.0005 ** (1 / 100))


def test_two_coins_differ_by_renyi_s_formula() -> None:
    assert _renyi(0.75, 0.5, 2.0) == pytest.approx(math.log(0.75**2 / 0.5 + 0.25**2 / 0.5))
    assert _spent(0.4, 0.5) == 0


def test_auc_of_clear_cut_and_equal_scores() -> None:
    assert auc(np.array([2.0, 3.0]), np.array([0.0, 1.0]))[0] == 1
    assert auc(np.ones(4), np.ones(6))[0] == 0.5
    assert auc(np.ones(0), np.ones(6)) == (0.5, 0.0)


def test_distance_counts_answers_that_differ_and_blanks_little() -> None:
    people = np.array([[0, 0, 0]], dtype=np.uint16)
    released = np.array([[0, 0, UNKNOWN], [0, 1, 0]], dtype=np.uint16)
    assert nearest(people, released).tolist() == [pytest.approx(0.1)]


def test_people_without_a_twin_are_found() -> None:
    domain = columns(a=2, b=2)
    assert rows_without_twin(rows(domain, (0, 0), (0, 1), (0, 0), (1, 1))).tolist() == [1, 3]


def test_narrowing_keeps_the_narrow_columns_that_say_something() -> None:
    domain = columns(a=9, b=2, c=1, d=3, e=4)
    some = rows(domain, (0, 0, 0, 0, 0))
    assert narrowed(some, 24).domain.names == ("b", "d", "e")
    assert narrowed(rows(columns(a=1), (0,)), 24).domain.names == ("a",)


def test_widening_keeps_the_columns_of_many_values_but_not_of_too_many() -> None:
    some = rows(columns(a=9, b=2, c=50, d=3, e=4), (0, 0, 0, 0, 0))
    assert widest(some).domain.names == ("a", "d", "e")


def test_an_integer_programme_proves_who_is_there() -> None:
    """Two people, each margin split one and one, and the pair table exact: both are proved."""
    domain = columns(a=2, b=2)
    there = rows(domain, (0, 1), (1, 0))
    assert sorted(provable(RAW.publish(there, 1), domain)) == [(0, 1), (1, 0)]


def test_margins_alone_prove_nothing() -> None:
    domain = columns(a=2, b=2)
    margins: dict[Axes, Figures] = {(0,): _exact([1, 1]), (1,): _exact([1, 1])}
    assert provable(AttackerView(margins), domain) == []


def test_tables_that_contradict_each_other_prove_nothing() -> None:
    domain = columns(a=2, b=2)
    assert provable(AttackerView({(0,): _exact([1, 1]), (1,): _exact([3, 1])}), domain) == []


def test_records_that_are_alike_are_proved_as_often_as_the_tables_hold_them() -> None:
    domain = columns(a=2, b=2)
    there = rows(domain, (0, 1), (0, 1), (1, 0))
    assert sorted(provable(RAW.publish(there, 1), domain)) == [(0, 1), (0, 1), (1, 0)]


@pytest.mark.parametrize(("surely", "proved"), [(0, 0), (5, 0), (6, 6)])
def test_alike_records_count_only_when_all_of_them_are_proved(surely: int, proved: int) -> None:
    """Six people gave one answer. That some of them are there, as noise lets one say, names nobody."""
    there = rows(columns(a=2, b=1, c=1), *[(0, 0, 0)] * 6)
    figures = Figures(np.array([6.0, 0]), np.array([surely, 0.0]), np.array([9.0, 9.0]))
    practice = Practice("doubted", lambda _truth, _seed: AttackerView({(0,): figures}))
    assert reconstruction(practice, there, 1).figure == proved


def _exact(counts: list[int]) -> Figures:
    return Figures(*(np.array(counts, dtype=np.float64) for _ in range(3)))


def test_a_programme_that_runs_out_of_time_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    from tincay.core.release.attacks import reconstruction

    answers = iter([np.array([1.0, 0, 0, 0]), None])
    monkeypatch.setattr(reconstruction._Programme, "register", lambda *_: next(answers))
    domain = columns(a=2, b=2)
    assert provable(RAW.publish(rows(domain, (0, 0)), 1), domain) == []


def test_a_register_in_which_everybody_has_a_twin_gives_nothing_to_guess() -> None:
    domain = columns(a=2, b=2, c=2)
    twins = rows(domain, *[(i // 4 % 2, i // 2 % 2, i % 2) for i in range(400)])
    assert not membership(ours(25_000), twins, 1).succeeded
    assert not attribute(ours(25_000), twins, 1).succeeded


def test_an_attacker_holds_the_tables_of_the_columns_and_the_rows() -> None:
    groups = Column("place", tuple(map(str, range(150))), tuple(f"region {i // 50}" for i in range(150)))
    domain = Domain.of([groups, Column("kind", tuple(map(str, range(150))))])
    some = rows(domain, *[(i % 150, i % 150) for i in range(15_000)])
    done = measure_and_publish(some, micro_rho=250_000, seed=1, charge=lambda _: None)
    assert any("place (group)" in columns for columns in done.tables.stored)
    assert set(attacker_view(done).tables) == {(), (0,), (1,)}


def test_attacks_share_a_publication_of_the_same_rows_and_seed_only() -> None:
    published: list[int] = []

    def watch(truth: Rows, seed: int) -> AttackerView:
        published.append(seed)
        return RAW.publish(truth, seed)

    practice, truth = remembered(Practice("watched", watch)), register(20)
    assert practice.publish(truth, 1) is practice.publish(register(20), 1)
    practice.publish(truth, 2)
    practice.publish(register(21), 1)
    assert published == [1, 2, 1]


def test_a_release_without_rows_is_read_by_its_tables() -> None:
    tables_only = Practice("tables", lambda truth, seed: AttackerView(RAW.publish(truth, seed).tables))
    assert membership(tables_only, register(2_000), 1).figure > 0.5
    assert attribute(tables_only, register(2_000), 1).figure > -0.2


def test_a_hidden_cell_beside_open_ones_is_a_fact_gained() -> None:
    pair = Figures(np.array([2.0, 30, 40, 50]), np.array([1.0, 30, 40, 50]), np.array([4.0, 30, 40, 50]))
    published = AttackerView({(0, 1): pair, (0,): _exact([32, 90]), (1,): _exact([42, 80])})
    practice = Practice("one hidden cell", lambda _truth, _seed: published)
    assert trackers(practice, rows(columns(a=2, b=2), (0, 0)), 1).figure == 2
