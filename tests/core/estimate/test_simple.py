"""Two lists, multipliers and bounds, against published values and against hand calculation."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tincay.core.estimate.answers import NoEstimate
from tincay.core.estimate.histories import table_of
from tincay.core.estimate.simple import (
    Share,
    chao,
    chao_repeats,
    chapman,
    chapman_table,
    independence,
    log_interval,
    multiplier,
    simple_share,
)

from .tables import NAMES, REFERENCE, load, measured, published


@pytest.mark.parametrize(("name", "values"), measured("Rcapture_1.4-4"))
def test_independence_equals_rcapture(name: str, values: dict[str, Any]) -> None:
    """Reference: model Mt of Rcapture 1.4-4."""
    assert independence(load(name)).estimate == pytest.approx(values["Mt"][0], rel=1e-7)


@pytest.mark.parametrize("name", ["uk_5list", "netherlands_5list", "western_us_5list"])
def test_independence_is_the_published_one(name: str) -> None:
    """Reference: Binette & Steorts 2022, main effects."""
    claim = next(each for each in published(name, "BS22") if each["method"] == "independence")
    assert independence(load(name)).estimate == pytest.approx(claim["estimate"], rel=1e-6)


@pytest.mark.parametrize(("name", "values"), measured("Rcapture_1.4-4"))
def test_the_lower_bound_equals_rcapture(name: str, values: dict[str, Any]) -> None:
    """Reference: model Mth Chao (LB) of Rcapture 1.4-4."""
    assert chao(load(name)).estimate == pytest.approx(values["Mth Chao (LB)"][0], rel=1e-7)


@pytest.mark.parametrize(("name", "values"), measured("python_prototype_diagnostics"))
def test_the_bounds_that_treat_lists_alike_equal_the_formula(name: str, values: dict[str, Any]) -> None:
    details = chao(load(name)).details
    assert details["lists_alike"] == pytest.approx(values["chao_lb"], abs=0.06)
    assert details["lists_alike_small_counts"] == pytest.approx(values["chao_bc"], abs=0.06)


@pytest.mark.parametrize("name", NAMES)
def test_intervals_hold_their_estimates_and_everybody_seen(name: str) -> None:
    table = load(name)
    for answer in (independence(table), chao(table)):
        assert answer.lower is not None
        assert answer.upper is not None
        assert answer.estimate is not None
        assert table.size < answer.lower < answer.estimate < answer.upper


def test_the_bound_of_two_lists_is_their_independence() -> None:
    table = table_of(["A", "B"], [0, 30, 20, 10])
    assert chao(table).estimate == pytest.approx(60 + 30 * 20 / 10, rel=1e-9)


def test_a_bound_that_runs_away_is_refused() -> None:
    """Nobody seen exactly twice: f1²/(2·f2) has no bound."""
    table = table_of(["A", "B", "C"], [0, 9, 8, 0, 7, 0, 0, 3])
    with pytest.raises(NoEstimate) as refusal:
        chao(table)
    assert refusal.value.reason == "no_maximum"


def test_a_bound_of_more_than_a_thousand_times_the_seen_is_refused() -> None:
    """One person on both of two lists of a million: n1·n2/m is a million times a million."""
    with pytest.raises(NoEstimate) as refusal:
        chao(table_of(["A", "B"], [0, 10**6, 10**6, 1]))
    assert refusal.value.reason == "no_maximum"


def test_chapman_by_hand() -> None:
    """n1 = 200, n2 = 150, m = 30: (201·151/31) − 1 = 978.06; Seber's variance."""
    answer = chapman(200, 150, 30)
    assert answer.estimate == pytest.approx(201 * 151 / 31 - 1)
    variance = 201 * 151 * 170 * 120 / (31**2 * 32)
    assert answer.details["variance"] == pytest.approx(variance)
    unseen = 201 * 151 / 31 - 1 - 320
    factor = math.exp(1.959963985 * math.sqrt(math.log(1 + variance / unseen**2)))
    assert answer.lower == pytest.approx(320 + unseen / factor)
    assert answer.upper == pytest.approx(320 + unseen * factor)


def test_missed_matches_push_the_answer_up_and_can_be_stated() -> None:
    silent, stated = chapman(2000, 1500, 240), chapman(2000, 1500, 240, missed=0.2)
    assert silent.estimate is not None
    assert stated.estimate == pytest.approx(silent.estimate * 0.8, rel=2e-3)
    assert "unlisted_linkage" in [caution.code for caution in silent.cautions]
    assert "unlisted_linkage" not in [caution.code for caution in stated.cautions]


def test_a_list_inside_the_other_leaves_nobody_unseen() -> None:
    answer = chapman(50, 20, 20)
    assert answer.estimate == answer.lower == answer.upper == 50


@pytest.mark.parametrize("given_", [(5, 4, 5), (5, 4, -1), (0, 0, 0)])
def test_overlaps_that_do_not_fit_are_refused(given_: tuple[int, int, int]) -> None:
    with pytest.raises(NoEstimate, match="the overlap must fit"):
        chapman(*given_)


@pytest.mark.parametrize("missed", [-0.1, 1.0])
def test_shares_of_missed_matches_that_cannot_be_are_refused(missed: float) -> None:
    with pytest.raises(NoEstimate):
        chapman(5, 4, 3, missed=missed)


def test_a_table_of_two_lists_goes_to_chapman() -> None:
    assert chapman_table(table_of(["A", "B"], [0, 170, 120, 30])).estimate == chapman(200, 150, 30).estimate


@pytest.mark.parametrize(
    ("lists", "counts", "reason"),
    [
        ("AB", [0, 0, 0, 0], "no_cases"),
        ("A", [0, 4], "wrong_lists"),
        ("AB", [0, 50, 0, 0], "wrong_lists"),
        ("AB", [0, 0, 0, 50], "wrong_lists"),
        ("AB", [0, 500_000, 500_000, 0], "no_overlap"),
        ("AB", [0, 50, 0, 20], "full_list"),
        ("AB", [0, 10**12, 10**12, 1], "too_thin"),
    ],
)
def test_other_tables_do_not(lists: str, counts: list[int], reason: str) -> None:
    with pytest.raises(NoEstimate) as refusal:
        chapman_table(table_of(list(lists), counts))
    assert refusal.value.reason == reason


def test_an_empty_third_list_is_left_out_and_named() -> None:
    answer = chapman_table(table_of(["A", "B", "C"], [0, 170, 120, 30, 0, 0, 0, 0]))
    assert answer.estimate == chapman(200, 150, 30).estimate
    assert "empty_list_dropped" in [caution.code for caution in answer.cautions]


def test_the_unique_object_estimate_of_ho_chi_minh_city() -> None:
    """Reference: 2,317 objects, 570 of 645 interviewed had one; unweighted 2,621.9 (JMIR 2019, 10906)."""
    study = REFERENCE["extra"]["vietnam"]["hcmc_fsw_2016_17"]
    share = simple_share(study["reported_object"], study["interviewed"])
    answer = multiplier(study["objects"], share)
    assert answer.estimate == pytest.approx(study["unweighted_check"], abs=0.05)
    assert study["lo"] < 2549 < answer.lower < answer.upper < study["hi"]  # type: ignore[operator]


def test_the_multiplier_by_hand() -> None:
    answer = multiplier(1000, Share(0.4, 0.0004), reached_variance=400)
    relative = math.sqrt(0.0004 / 0.16 + 400 / 1e6)
    assert answer.estimate == 2500
    assert answer.upper == pytest.approx(2500 * math.exp(1.959963985 * relative))
    assert answer.details["relative_error"] == pytest.approx(relative)


def test_the_multiplier_repeats_what_the_team_knows_to_be_wrong() -> None:
    answer = multiplier(1000, Share(0.4, 0.0004), survey_dependent=True, duplicates=True)
    assert [caution.code for caution in answer.cautions] == ["survey_dependent", "duplicate_clients"]


@pytest.mark.parametrize(("reached", "share"), [(0, 0.5), (10, 0.0), (10, 1.2)])
def test_a_multiplier_without_a_base_is_refused(reached: float, share: float) -> None:
    with pytest.raises(NoEstimate):
        multiplier(reached, Share(share, 0.01))


@pytest.mark.parametrize(("yes", "respondents"), [(1, 1), (5, 4), (-1, 4)])
def test_a_share_of_nobody_is_refused(yes: int, respondents: int) -> None:
    with pytest.raises(NoEstimate):
        simple_share(yes, respondents)


def test_repeated_sightings_on_one_list_by_hand() -> None:
    """f = (60, 20, 5): at least 85 + 60²/40 = 175; Zelterman 85/(1 − e^{−40/60})."""
    answer = chao_repeats([60, 20, 5])
    assert answer.estimate == 175
    assert answer.details["zelterman"] == pytest.approx(85 / (1 - math.exp(-2 / 3)))


def test_repeated_sightings_without_a_pair_use_the_small_sample_form() -> None:
    answer = chao_repeats([5, 0, 1])
    assert answer.estimate == 6 + 10
    assert answer.details["zelterman"] is None
    assert answer.upper is not None
    assert answer.upper > 16


def test_one_person_seen_once_says_nothing_about_others() -> None:
    assert chao_repeats([1, 0]).estimate == 1


def test_people_seen_twice_only_leave_nobody_unseen() -> None:
    answer = chao_repeats([0, 4])
    assert answer.estimate == answer.upper == 4
    assert answer.details["zelterman"] is None


@pytest.mark.parametrize("times", [[3], [0, 0], [3, -1]])
def test_repeated_sightings_need_counts(times: list[int]) -> None:
    with pytest.raises(NoEstimate):
        chao_repeats(times)


@settings(deadline=None)
@given(st.floats(1, 1e9), st.floats(0.1, 1e9), st.floats(0, 1e15))
def test_log_intervals_hold_the_estimate_and_never_fall_below_the_seen(
    seen: float, unseen: float, variance: float
) -> None:
    lower, upper = log_interval(seen, seen + unseen, variance)
    assert seen <= lower <= (seen + unseen) * (1 + 1e-9)
    assert upper >= (seen + unseen) * (1 - 1e-9)
