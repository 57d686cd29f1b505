"""Averaging over decomposable graphs, against dga."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import nbinom

from tincay.core.estimate.answers import NoEstimate
from tincay.core.estimate.decomposable import (
    decomposable,
    decomposable_graphs,
    posterior,
    sensitivity,
)
from tincay.core.estimate.histories import Table, table_of
from tincay.core.estimate.terms import Floats

from .tables import REFERENCE, load, measured

DGA = measured("dga_2.0.2")


def reference_grid(table: Table) -> Floats:
    """unique(round(seq(1, 30n, length.out = 1000))), as in the reference runs."""
    return np.unique(np.round(np.linspace(1, 30 * table.size, 1000)))


@pytest.mark.parametrize(("lists", "count"), [(2, 2), (3, 8), (4, 61), (5, 822)])
def test_the_number_of_decomposable_graphs_is_right(lists: int, count: int) -> None:
    """Reference: graphs3 to graphs5 of dga; two lists: joined or not."""
    graphs = decomposable_graphs(lists)
    assert len(graphs) == count == REFERENCE["extra"]["decomposable_graph_counts"].get(str(lists), 2)
    assert graphs[-1].cliques == ((1 << lists) - 1,)


@pytest.mark.slow
def test_six_lists_have_18154_decomposable_graphs() -> None:
    assert len(decomposable_graphs(6)) == REFERENCE["extra"]["decomposable_graph_counts"]["6"]


@pytest.mark.parametrize(("name", "values"), DGA)
def test_quantiles_mean_and_best_graphs_equal_dga(name: str, values: dict[str, Any]) -> None:
    """Reference: dga 2.0.2 with the complete graph, δ = 2^−K, its own grid."""
    table = load(name)
    averaged = posterior(table, complete=True, grid=reference_grid(table))
    expected = values["est"]
    assert (averaged.quantile(0.025), averaged.quantile(0.5), averaged.quantile(0.975)) == (
        expected["lo"],
        expected["median"],
        expected["hi"],
    )
    assert averaged.mean == pytest.approx(expected["mean"], rel=1e-6)
    best = averaged.top_graphs(3)
    assert [graph["weight"] for graph in best] == pytest.approx(values["top_post"], rel=1e-6)
    assert [set(graph["graph"].split(",")) for graph in best] == [
        set(text.split(",")) for text in values["top_graphs"]
    ]


@pytest.mark.parametrize(("name", "values"), DGA)
def test_a_flat_prior_on_cells_equals_dga(name: str, values: dict[str, Any]) -> None:
    """Reference: dga 2.0.2 with δ = 1."""
    table = load(name)
    averaged = posterior(table, complete=True, grid=reference_grid(table), delta=1.0)
    assert averaged.quantile(0.5) == values["delta1"]["median"]
    assert averaged.mean == pytest.approx(values["delta1"]["mean"], rel=1e-6)


def test_every_number_of_unseen_people_in_turn_gives_the_documented_example() -> None:
    """Reference: dga's Madigan and York example with five lists, δ = 0.5, 1 to 300 unseen."""
    expected = REFERENCE["dga_docs"]["MY5_doc"]["dga_2.0.2"]
    averaged = posterior(load("madigan_york_5list"), complete=True, grid=np.arange(1.0, 301.0), delta=0.5)
    assert averaged.quantile(0.5) == expected["est"]["median"]
    assert [graph["weight"] for graph in averaged.top_graphs()] == pytest.approx(
        expected["top_post"], rel=1e-6
    )


def test_a_prior_on_the_population_gives_the_published_731() -> None:
    """Reference: Madigan & York 1997 with a Poisson-gamma prior (a = 13.14, rate 1/55.17)."""
    expected = REFERENCE["dga_docs"]["MY3_doc"]["dga_2.0.2"]["est"]
    table, unseen = load("madigan_york_3list"), np.arange(1.0, 301.0)
    prior = nbinom.logpmf(table.size + unseen, 13.14, 1 / (1 + 55.17))
    averaged = posterior(table, complete=True, grid=unseen, delta=1.0, log_prior=prior)
    assert averaged.quantile(0.5) == expected["median"]
    assert averaged.mean == pytest.approx(expected["mean"], rel=1e-6)


def test_the_log_spaced_grid_equals_the_full_one() -> None:
    """Reference: dga 2.0.2 on all 82,320 numbers of unseen people took 5 s: 10,387, 22,990, 33,510."""
    expected = REFERENCE["tables"]["uk_5list"]["measured"]["dga_2.0.2_fullgrid"]["est"]
    averaged = posterior(load("uk_5list"), complete=True)
    for share, key in ((0.025, "lo"), (0.5, "median"), (0.975, "hi")):
        assert averaged.quantile(share) == pytest.approx(expected[key], rel=3e-4)
    assert averaged.mean == pytest.approx(expected["mean"], rel=1e-6)


def test_the_complete_graph_stays_out_unless_asked_for() -> None:
    table = load("kampala_fsw_3capture")
    plain, complete = decomposable(table), decomposable(table, complete=True)
    assert plain.estimate is not None
    assert complete.estimate is not None
    assert plain.estimate > 2 * complete.estimate
    assert "complete_graph" in [caution.code for caution in complete.cautions]
    assert "complete_graph" not in [caution.code for caution in plain.cautions]


def test_sensitivity_names_the_weight_of_the_complete_graph() -> None:
    rows = sensitivity(load("kampala_fsw_3capture"))
    assert len(rows) == 6
    assert all((row["complete_weight"] > 0.99) == row["complete_graph"] for row in rows)


def test_probability_at_the_end_of_the_search_is_reported() -> None:
    answer = decomposable(table_of(["A", "B", "C"], [0, 9, 9, 1, 9, 0, 0, 0]))
    assert "grid_end" in [caution.code for caution in answer.cautions]
    assert answer.details["at_grid_end"] > 0.005


def test_permuting_lists_changes_nothing() -> None:
    table = load("uk_5list")
    turned = decomposable(table.keep(["GP", "NG", "LA", "GO", "PFNCA"]))
    assert turned.estimate == pytest.approx(decomposable(table).estimate, rel=1e-9)


def test_seven_lists_are_too_many() -> None:
    with pytest.raises(NoEstimate) as refusal:
        decomposable(table_of([f"L{j}" for j in range(7)], [0, *[3] * 127]))
    assert refusal.value.reason == "too_many_lists"
