"""Log-linear fits: their values, their existence, and the refusal of everything that has no best fit."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from tincay.core.estimate import loglinear, newton
from tincay.core.estimate.answers import NoEstimate
from tincay.core.estimate.histories import Table, table_of
from tincay.core.estimate.loglinear import (
    Fits,
    check_table,
    empty_idle_lists,
    existence_code,
    fit,
    has_maximum,
    observed,
)
from tincay.core.estimate.newton import climb
from tincay.core.estimate.simple import log_linear
from tincay.core.estimate.terms import (
    Bools,
    Design,
    Floats,
    design,
    hierarchical_models,
    is_hierarchical,
    model_name,
    neighbours,
)

from .tables import REFERENCE, load


def model(layout: Design, name: str) -> Bools:
    """The columns of a model named as in the papers, such as [12,3]."""
    wanted = {0}
    for group in name.strip("[]").split(","):
        bits = [int(letter) - 1 for letter in group]
        for size in range(1, len(bits) + 1):
            wanted |= {sum(1 << j for j in part) for part in combinations(bits, size)}
    return layout.chosen(sorted(wanted))


@pytest.mark.parametrize(("name", "code"), REFERENCE["extra"]["artificial_3list_existence"]["codes"].items())
def test_existence_codes_equal_the_reference(name: str, code: int) -> None:
    """Reference: tests of MultipleSystemsEstimation 1.2.0 for the table Artificial_3."""
    layout = design(3, 2)
    assert existence_code(layout, observed(load("artificial_3list")), model(layout, name)) == code


@pytest.mark.parametrize(
    ("order", "lists", "count"),
    [(9, int(k), n) for k, n in REFERENCE["extra"]["hierarchical_model_counts"]["all"].items()]
    + [
        (2, int(k), n)
        for k, n in REFERENCE["extra"]["hierarchical_model_counts"]["pairwise"].items()
        if k < "6"
    ],
)
def test_the_number_of_hierarchical_models_is_right(order: int, lists: int, count: int) -> None:
    """Reference: counted in MultipleSystemsEstimation 1.2.0; two lists leave independence alone."""
    fits = list(hierarchical_models(lists, order))
    assert len(fits) == count
    assert len({columns.tobytes() for columns in fits}) == count


@pytest.mark.parametrize("lists", [3, 4])
def test_every_model_is_hierarchical_and_named_by_its_largest_terms(lists: int) -> None:
    layout = design(lists, lists - 1)
    for columns in hierarchical_models(lists, lists):
        assert is_hierarchical(layout, columns)
        assert model(layout, model_name(layout, columns)).tolist() == columns.tolist()


def test_neighbours_are_one_interaction_away_and_hierarchical() -> None:
    layout = design(4, 3)
    for columns in list(hierarchical_models(4, 3))[::10]:
        around = list(neighbours(layout, columns))
        assert around
        assert all((near != columns).sum() == 1 and is_hierarchical(layout, near) for near in around)


def test_a_fit_reproduces_the_margins_of_its_model() -> None:
    layout = design(5, 2)
    counts = observed(load("uk_5list"))
    chosen = model(layout, "[12,13,25,35,45]")
    fits = fit(layout, counts, chosen)
    margins = fits.means @ layout.matrix - counts @ layout.matrix
    assert np.abs(margins[0, chosen]).max() < 1e-6
    assert fits.good.all()


def test_the_fit_is_the_same_from_any_start() -> None:
    layout = design(5, 2)
    counts = observed(load("uk_5list"))
    chosen = np.ones(16, dtype=bool)
    cold = fit(layout, counts, chosen)
    warm = fit(layout, counts, chosen, np.linspace(-3, 3, 16)[None, :])
    assert np.allclose(cold.means, warm.means, rtol=1e-7)


def test_korea_with_all_pairs_is_refused_instead_of_a_number_like_1_8e11() -> None:
    """R's closedpMS returns 184,183,083,460 for [12,13,23] here."""
    with pytest.raises(NoEstimate) as refusal:
        log_linear(load("korea_3list"), [0, 1, 2, 4, 3, 5, 6])
    assert refusal.value.reason == "no_maximum"


def test_a_model_that_cannot_be_told_apart_is_refused() -> None:
    with pytest.raises(NoEstimate) as refusal:
        log_linear(load("artificial_3list"), [0, 1, 2, 4, 3, 5, 6])
    assert refusal.value.reason == "not_identifiable"


def test_one_given_model_has_the_published_estimate() -> None:
    """Reference: [12,23] for Korea, 157.16667 (Silverman, Chan & Vincent 2024)."""
    answer = log_linear(load("korea_3list"), [0, 1, 2, 4, 3, 6])
    assert answer.estimate == pytest.approx(157.1666667, rel=1e-7)
    assert answer.details["model"] == "[12,23]"
    assert answer.lower is not None
    assert answer.upper is not None
    assert answer.lower < 157 < answer.upper


def certainly_exists(layout: Design, columns: Bools, cells: Bools, counts: Floats) -> bool:
    """Fienberg and Rinaldo's linear program as they state it: max s, Aᵀx = Aᵀn, x ≥ s ≥ 0."""
    matrix = layout.matrix[cells][:, columns]
    target = matrix.T @ counts[cells]
    size = len(matrix)
    result = linprog(
        np.append(np.zeros(size), -1.0),
        A_eq=np.column_stack([matrix.T, np.zeros(len(target))]),
        b_eq=target,
        A_ub=np.column_stack([-np.eye(size), np.ones(size)]),
        b_ub=np.zeros(size),
        method="highs",
    )
    return bool(result.status == 0 and -result.fun > 1e-7)


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**32), st.integers(3, 5), st.floats(0.1, 0.9))
def test_existence_agrees_with_the_linear_program_of_the_paper(seed: int, lists: int, empty: float) -> None:
    draws = np.random.default_rng(seed)
    layout = design(lists, 2)
    counts = (draws.poisson(4.0, (1, 2**lists - 1)) * (draws.random((1, 2**lists - 1)) > empty)).astype(float)
    chosen = layout.main_effects() | (draws.random(len(layout.terms)) < 0.5)
    fits = fit(layout, counts, chosen)
    if not counts.any() or not fits.identifiable[0]:
        return
    dead = chosen & (counts[0] @ layout.matrix == 0)
    cells = np.asarray(~(layout.matrix[:, dead] > 0).any(axis=1))
    assert bool(fits.exists[0]) == certainly_exists(layout, chosen & ~dead, cells, counts[0])
    if fits.exists[0]:
        margins = (fits.means - counts) @ layout.matrix
        assert np.abs(margins[0, chosen & ~dead]).max() < 1e-4 * counts.sum()


def test_a_fit_near_the_edge_is_climbed_to_its_end() -> None:
    """Huge and tiny counts side by side: the fit takes more steps than usual, and still ends at its margins."""
    layout = design(3, 2)
    counts = np.array([[1.0, 1e9, 1.0, 1.0, 1e9, 1.0, 1e9]])
    fits = fit(layout, counts, np.ones(7, dtype=bool))
    assert np.allclose(fits.means, counts, rtol=1e-6)


def test_the_slow_tail_of_the_climb_is_taken_when_a_fit_needs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loglinear, "FIRST_STEPS", 1)
    layout = design(5, 2)
    counts = observed(load("uk_5list"))
    fits = fit(layout, counts, layout.main_effects())
    assert counts.sum() + fits.unseen[0] == pytest.approx(13444.1312090139, rel=1e-7)


def test_a_climb_that_runs_out_of_steps_says_so() -> None:
    layout = design(5, 2)
    counts = observed(load("uk_5list"))
    every = np.ones((1, 31), dtype=bool)
    _, converged = climb(layout.matrix, counts, layout.main_effects()[None, :], every, None, 1)
    assert not converged[0]


def test_a_start_far_off_is_halved_back() -> None:
    layout = design(3, 1)
    counts = np.array([[40.0, 30, 6, 20, 5, 4, 1]])
    far = np.array([[-8.0, 3.0, -3.0, 9.0]])
    near = fit(layout, counts, layout.main_effects())
    assert np.allclose(fit(layout, counts, layout.main_effects(), far).means, near.means)


def test_a_climb_that_may_not_halve_enough_still_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(newton, "HALVINGS", 1)
    layout = design(3, 1)
    counts = np.array([[40.0, 30, 6, 20, 5, 4, 1]])
    every = np.ones((1, 7), dtype=bool)
    far = np.array([[-8.0, 3.0, -3.0, 9.0]])
    fits, _ = climb(layout.matrix, counts, every[:, :4], every, far, 3)
    assert np.isfinite(fits).all()


def test_without_a_fit_the_unseen_are_infinite() -> None:
    row = np.zeros((1, 4))
    nothing = Fits(row, row, np.array([False]), np.array([True]))
    assert np.isinf(nothing.unseen[0])


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        (table_of(["A", "B"], [0, 5, 4, 3]), "too_few_lists"),
        (table_of([f"L{j}" for j in range(9)], [0, *[1] * 511]), "too_many_lists"),
        (table_of(["A", "B", "C"], [0, 5, 4, 0, 3, 0, 0, 0]), "no_overlap"),
        (table_of(["A", "B", "C"], [0, 5, 0, 4, 0, 3, 0, 2]), "full_list"),
    ],
)
def test_tables_on_which_no_model_stands_are_refused(table: Table, reason: str) -> None:
    with pytest.raises(NoEstimate) as refusal:
        check_table(table)
    assert refusal.value.reason == reason
    assert str(refusal.value)


def test_idle_lists_are_emptied_in_resampled_tables() -> None:
    """List 1 holds everybody in the first table; lists 1 and 2 are the same in the second."""
    layout = design(3, 2)
    full = [5.0, 0, 4, 0, 3, 0, 2]
    same = [0.0, 0, 4, 3, 0, 0, 2]
    plain = [5.0, 4, 3, 3, 2, 2, 1]
    cleaned = empty_idle_lists(layout, np.array([full, same, plain]))
    assert cleaned[0].tolist() == [0, 4, 0, 3, 0, 2, 0]
    assert cleaned[1].tolist() == [4, 0, 0, 3, 2, 0, 0]
    assert cleaned[2].tolist() == plain


def test_tables_without_idle_lists_are_left_alone() -> None:
    counts = observed(load("uk_5list"))
    assert empty_idle_lists(design(5, 2), counts) is counts


def test_several_free_directions_are_decided_by_a_linear_program() -> None:
    """Two lists that never meet any other leave two directions: nothing bounds the unseen."""
    layout = design(4, 2)
    counts = np.zeros(15)
    counts[[0, 1, 3, 7]] = 5.0
    every = np.ones(15, dtype=bool)
    assert not has_maximum(layout, layout.main_effects(), every, counts > 0)
    counts[[2, 12]] = 5.0
    assert has_maximum(layout, layout.main_effects(), every, counts > 0)
