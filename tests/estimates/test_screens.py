"""What the screens say of thin, odd and open results: never a model's number where the gate is shut."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from tests.cast import Worker
from tests.estimates.conftest import run_on
from tests.estimates.test_pages import text_of, upload
from tincay.core.estimate.histories import table_of, write_table
from tincay.estimates.models import Run
from tincay.estimates.pages import Screens

pytestmark = pytest.mark.django_db

SPREAD = "đáp số đi từ"


def both_pages(desk: Client, run: Run) -> list[str]:
    return [text_of(desk.get(reverse(name, args=[run.pk]))) for name in ("run", "run_on_paper")]


def ask(desk: Client, lists: str, counts: list[int]) -> Run:
    upload(desk, write_table(table_of(list(lists), counts)).encode())
    return Run.objects.for_the_rules().latest("pk")


@pytest.mark.parametrize(
    ("counts", "why"),
    [([0, 50, 0, 0], "không có ai và đã được bỏ ra"), ([0, 0, 0, 50], "có cùng những người")],
    ids=["one empty", "the same people"],
)
def test_two_lists_of_which_one_says_nothing_are_refused_on_both_pages(
    desk: Client, counts: list[int], why: str
) -> None:
    for page in both_pages(desk, ask(desk, "AB", counts)):
        assert "Chưa thể ước lượng từ bảng này" in page
        assert why in page
        assert SPREAD not in page


@pytest.mark.parametrize("name", ["neworleans_5list_n185", "western_us_5list"])
def test_behind_a_shut_gate_no_pair_of_lists_gives_a_number(
    desk: Client, researcher: Worker, name: str
) -> None:
    for page in both_pages(desk, run_on(researcher, name, "look")):
        assert "Chưa thể ước lượng từ bảng này" in page
        assert SPREAD not in page


def test_two_lists_with_nobody_in_common_give_no_number(desk: Client) -> None:
    for page in both_pages(desk, ask(desk, "AB", [0, 250, 240, 0])):
        assert "Không có ai chung: " in page
        assert SPREAD not in page
        assert "60.490" not in page


def test_the_spread_of_pairs_leaves_out_those_with_nobody_in_common(done: Run) -> None:
    assert done.result
    changed = json.loads(json.dumps(done.result))
    values = sorted(pair["chapman"] for pair in changed["overlaps"])
    changed["overlaps"][0].update(both=0, chapman=10**9)
    shown = Screens(done.table, changed).pair_spread()
    assert shown
    assert "1.000.000.000" not in shown
    assert Screens(done.table, done.result).pair_spread() == (f"{values[0]:,.0f}".replace(",", "."),
                                                              f"{values[-1]:,.0f}".replace(",", "."))  # fmt: skip


def test_a_table_of_people_seen_once_is_told_so(desk: Client) -> None:
    run = ask(desk, "ABC", [0, 9000, 9000, 400, 9000, 0, 400, 0])
    page = both_pages(desk, run)[0]
    assert "97,1 % chỉ được gặp một lần. Quá nhiều cho mọi mô hình." in page


def with_limits(result: dict[str, Any], lower: float | None, upper: float | None) -> dict[str, Any]:
    changed: dict[str, Any] = json.loads(json.dumps(result))
    changed["panel"][0].update(estimate=5_000.0, lower=lower, upper=upper)
    for other in changed["panel"][1:]:
        other.update(estimate=5_000.0, lower=4_000.0, upper=6_000.0)
    return changed


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_range_without_an_end_says_which_method_left_it_open(
    desk: Client, done: Run, language: str
) -> None:
    assert done.result
    address = reverse("run", args=[done.pk])
    upper, lower = {
        "vi": ("Không nêu được cận trên: Chọn từng bước", "Không nêu được cận dưới: Chọn từng bước"),
        "en": ("No upper limit could be stated by: Stepwise", "No lower limit could be stated by: Stepwise"),
    }[language]
    for given, shown in (((4_000.0, None), upper), ((None, 6_000.0), lower)):
        Run.objects.for_the_rules().filter(pk=done.pk).update(result=with_limits(done.result, *given))
        page = text_of(desk.get(f"/en{address}" if language == "en" else address))
        assert [words for words in (upper, lower) if words in page] == [shown]


@pytest.mark.parametrize(("language", "text"), [("vi", "p < 0,001"), ("en", "p < 0.001")])
def test_thresholds_are_written_as_the_reader_writes_numbers(done: Run, language: str, text: str) -> None:
    assert done.result
    with override(language):
        assert text in [row[0] for row in Screens(done.table, done.result).thresholds().rows]
