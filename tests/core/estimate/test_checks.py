"""The diagnostics in their order: the gate, the overlaps, the bound, the spread, the trials, the words."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tincay.core.estimate import checks
from tincay.core.estimate.answers import MethodAnswer, NoEstimate, refused
from tincay.core.estimate.bic import rank
from tincay.core.estimate.checks import (
    QUESTIONS,
    Diagnostics,
    Effort,
    Gate,
    Range,
    Trial,
    _ranking,
    assumption,
    by_threshold,
    diagnose,
    gate_of,
    overlap_matrix,
    trials,
    union,
    without_each_list,
)
from tincay.core.estimate.histories import apart, chapman_spread, pairs, table_of
from tincay.core.estimate.latent import SamplerSettings

from .tables import REFERENCE, load, measured

QUICK = Effort(
    stepwise=400,
    bic=100,
    trials=200,
    sampler=SamplerSettings(chains=4, burn_in=400, kept=1_200, compiled=False),
)
PROTOTYPE = measured("python_prototype_diagnostics")


@pytest.fixture(scope="module")
def korea() -> Diagnostics:
    return diagnose(load("korea_3list"), replace(QUICK, stepwise=2_000, bic=2_000))


@pytest.mark.parametrize(
    ("name", "repeats"),
    [("neworleans_5list_n185", 12), ("neworleans_5list_n186", 13), ("western_us_5list", 23)],
)
def test_thin_tables_stop_at_the_gate_with_a_count_and_a_bound(name: str, repeats: int) -> None:
    diagnostics = diagnose(load(name))
    assert diagnostics.gate.repeats == repeats
    assert not diagnostics.gate.is_open
    assert diagnostics.panel == ()
    assert diagnostics.answer.refusal is not None
    assert diagnostics.answer.refusal.reason == "too_thin"
    assert diagnostics.answer.estimate is None
    assert diagnostics.answer.details["lower_bound"]["estimate"] == diagnostics.bound.estimate


@pytest.mark.parametrize("name", ["uk_5list", "netherlands_5list", "korea_3list", "hiv_rome_4list"])
def test_the_other_tables_pass_the_gate(name: str) -> None:
    assert gate_of(load(name)).is_open


def test_two_lists_stop_at_the_gate() -> None:
    diagnostics = diagnose(table_of(["A", "B"], [0, 300, 200, 100]))
    assert diagnostics.answer.refusal is not None
    assert diagnostics.answer.refusal.reason == "too_few_lists"


def test_a_table_of_people_seen_once_stops_at_the_gate() -> None:
    assert not Gate(lists=4, seen=1000, repeats=40, single=0.96).is_open
    assert "40 people" in Gate(lists=4, seen=1000, repeats=40, single=0.96).caution().text


def test_a_shut_gate_names_the_rule_that_shut_it() -> None:
    """800 people seen twice are not too few; 19,200 seen once are too many."""
    once = Gate(lists=4, seen=20_000, repeats=800, single=0.96).refusal()
    assert (once.reason, str(once)[:5]) == ("seen_once", "96.0%")
    assert Gate(lists=4, seen=500, repeats=29, single=0.96).refusal().reason == "too_thin"


def test_an_empty_table_is_refused() -> None:
    with pytest.raises(NoEstimate):
        diagnose(table_of(["A"], [0, 0]))


@pytest.mark.parametrize(("name", "values"), PROTOTYPE)
def test_overlaps_and_the_share_seen_once_equal_the_reference(name: str, values: dict[str, object]) -> None:
    table = load(name)
    assert list(table.times_seen()) == values["f"]
    assert gate_of(table).single == pytest.approx(values["single"], abs=1e-4)
    assert [[pair.first, pair.second] for pair in apart(pairs(table))] == values["nonoverlap"]


@pytest.mark.parametrize(
    ("name", "values"), [(name, values) for name, values in PROTOTYPE if values["loo_stepwise"]]
)
def test_leaving_each_list_out_equals_the_reference(
    name: str, values: dict[str, dict[str, list[float]]]
) -> None:
    estimates = {each.label: each.estimate for each in without_each_list(load(name))}
    expected = {label: row[1] for label, row in values["loo_stepwise"].items()}
    assert estimates == pytest.approx(expected, abs=0.06)


def test_the_netherlands_without_one_list_range_from_47_to_479_thousand() -> None:
    estimates = [each.estimate or 0 for each in without_each_list(load("netherlands_5list"))]
    assert (round(min(estimates), -3), round(max(estimates), -3)) == (47_000, 479_000)


@pytest.mark.parametrize(("name", "values"), PROTOTYPE)
def test_the_assumption_slider_equals_the_reference(name: str, values: dict[str, dict[str, float]]) -> None:
    estimates = {each.label: each.estimate for each in assumption(load(name))}
    assert estimates == pytest.approx(values["nhoi_xi"] or {}, abs=0.06)


def test_of_three_lists_two_remain_and_chapman_speaks(korea: Diagnostics) -> None:
    expected = REFERENCE["tables"]["korea_3list"]["measured"]["python_prototype_diagnostics"]["chapman_pairs"]
    assert [round(each.estimate or 0, 1) for each in korea.without] == pytest.approx(
        [expected["cxd"], expected["bxd"], expected["bxc"]]
    )


def test_the_headline_holds_every_method_and_every_near_tie(korea: Diagnostics) -> None:
    lower, upper = korea.headline
    assert lower is not None
    assert upper is not None
    for answer in korea.panel:
        for end in (answer.lower, answer.estimate, answer.upper):
            assert end is None or lower <= end <= upper
    near = rank(load("korea_3list")).near_ties()
    assert lower <= near.min() <= near.max() <= upper


def test_the_whole_is_a_range_and_never_one_number(korea: Diagnostics) -> None:
    assert korea.answer.estimate is None
    assert korea.answer.refusal is None
    assert (korea.answer.lower, korea.answer.upper) == korea.headline
    assert korea.answer.cautions[0].code == "lower_bound"


def test_the_parts_come_in_the_order_in_which_they_should_be_read(korea: Diagnostics) -> None:
    content = korea.as_json()
    order = [
        "questions",
        "gate",
        "overlaps",
        "lower_bound",
        "headline",
        "panel",
        "models",
        "near_ties",
        "without_each_list",
    ]
    order += ["trials", "assumption", "thresholds", "priors", "curve"]
    assert [key for key in content if key in order] == order
    assert json.loads(json.dumps(content, allow_nan=False))["gate"]["open"]
    assert [answer["method"] for answer in content["panel"]] == [
        "stepwise",
        "bic",
        "decomposable",
        "latent",
        "threshold",
    ]
    assert len(content["thresholds"]) == 6
    assert content["curve"]


def test_what_no_table_can_answer_is_asked() -> None:
    assert set(QUESTIONS) == {"who", "when_and_where", "linkage", "dependence"}
    assert all(question.endswith("?") for question in QUESTIONS.values())


def test_a_list_of_known_size_is_looked_for_by_the_others() -> None:
    """Reference: Binette & Steorts 2022: 567 people on NG, 104 of them elsewhere, independence finds 426."""
    by_list = {trial.name: trial for trial in trials(load("uk_5list"), Effort(trials=100))}
    assert set(by_list) == {"LA", "NG", "PFNCA", "GO"}
    assert (by_list["NG"].truth, by_list["NG"].seen) == (567, 104)
    independent = by_list["NG"].ranges[2]
    assert independent.estimate == pytest.approx(425.669472447928, rel=1e-6)
    assert by_list["NG"].holds(independent)


def test_a_trial_without_two_limits_proves_nothing() -> None:
    trial = Trial("A", 50, 40, ())
    assert trial.holds(Range("x", None, 45.0, 60.0)) is None
    assert trial.holds(Range("x", 41.0, 45.0, None)) is None
    assert trial.holds(Range("x", 41.0, 45.0, 49.0)) is False


def test_models_of_seven_lists_are_not_ranked() -> None:
    assert _ranking(table_of([f"L{j}" for j in range(7)], [0, *[9] * 127])) is None


@pytest.mark.slow
def test_seven_lists_are_looked_at_without_the_methods_that_take_six() -> None:
    """Independent lists; BIC and the graphs refuse, the rest of the page stands."""
    counts = [0] + [400 if h.bit_count() == 1 else 40 if h.bit_count() == 2 else 4 for h in range(1, 128)]
    diagnostics = diagnose(table_of([f"L{j}" for j in range(7)], counts), QUICK)
    refusals = {answer.method: answer.refusal.reason for answer in diagnostics.panel if answer.refusal}
    assert refusals["bic"] == refusals["decomposable"] == "too_many_lists"
    assert diagnostics.near_ties is None
    assert diagnostics.priors == diagnostics.models == ()


def test_a_table_that_no_model_fits_still_gets_its_page() -> None:
    """A list of everybody: every model refuses, in words; overlaps and gate remain."""
    table = table_of(["A", "B", "C"], [0, 40, 0, 50, 0, 30, 0, 20])
    diagnostics = diagnose(table, QUICK)
    assert all(answer.refusal for answer in diagnostics.panel)
    assert diagnostics.headline == (None, None)
    assert chapman_spread(diagnostics.pairs) == pytest.approx((140, 71 * 51 / 21 - 1))


def test_a_ranking_without_any_model_leaves_the_ties_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_model(*given: object) -> None:
        raise NoEstimate("no_model")

    monkeypatch.setattr(checks, "rank", no_model)
    assert _ranking(load("korea_3list")) is None


def test_stricter_and_looser_thresholds_are_shown() -> None:
    """UK: 13,101 at 0.001, 12,262 at 0.005, 11,313 from 0.02 on."""
    estimates = {each.label: round(each.estimate or 0) for each in by_threshold(load("uk_5list"))}
    assert (estimates["0.001"], estimates["0.005"], estimates["0.02"]) == (13_101, 12_262, 11_313)


def test_an_infinite_end_leaves_the_range_open() -> None:
    assert union([MethodAnswer("x", 5.0, 3.0, float("inf"))], seen=2) == (3.0, None)
    assert union([], seen=2) == (None, None)
    assert union([MethodAnswer("x", 5.0, 3.0, 8.0)], 2, [2.5]) == (2.5, 8.0)


def test_an_end_that_a_method_does_not_state_widens_the_range_and_never_narrows_it() -> None:
    """Without an upper limit the answer may lie anywhere above; without a lower one, down to the people seen."""
    no_lower, no_upper = MethodAnswer("stepwise", 100.0, None, 120.0), MethodAnswer("bic", 110.0, 105.0, None)
    assert union([no_lower, MethodAnswer("x", 110.0, 105.0, 115.0)], seen=90) == (90.0, 120.0)
    assert union([MethodAnswer("x", 100.0, 95.0, 120.0), no_upper], seen=90) == (95.0, None)
    assert union([no_lower, no_upper], seen=90) == (90.0, None)


def test_a_method_that_refused_moves_no_end() -> None:
    answered, silent = MethodAnswer("x", 100.0, 95.0, 120.0), refused("y", NoEstimate("no_model"))
    assert union([answered, silent], seen=90) == (95.0, 120.0)
    assert union([silent], seen=90) == (None, None)


def test_without_a_lower_limit_the_headline_begins_at_the_people_seen() -> None:
    """Fewer than five of BIC's 100 replicates lie below its lower limit."""
    diagnostics = diagnose(load("korea_3list"), QUICK)
    assert diagnostics.panel[1].estimate is not None
    assert diagnostics.panel[1].lower is None
    assert diagnostics.headline[0] == diagnostics.answer.lower == diagnostics.gate.seen


def test_the_overlap_matrix_is_symmetric_with_sizes_on_its_diagonal() -> None:
    table = load("korea_3list")
    matrix = overlap_matrix(table)
    assert matrix == tuple(zip(*matrix, strict=True))
    assert [matrix[j][j] for j in range(3)] == [table.list_size(name) for name in table.lists]
