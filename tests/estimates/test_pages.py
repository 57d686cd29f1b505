"""The register everybody reads, and the desk where tables are asked."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from tests.cast import NOW, Hands, Network, Worker, hire, sign_in
from tests.conftest import new_install
from tests.estimates.conftest import TABLES, about, run_on
from tincay.core.estimate import answers
from tincay.core.estimate.histories import table_of
from tincay.estimates.actions import begin_run, load_claims, publish_run
from tincay.estimates.models import Claim, PublishedRun, Run
from tincay.estimates.texts import caution_words, filled, people, reason_words
from tincay.estimates.worker import work_through
from tincay.log.actions import sign_checkpoint
from tincay.log.queries import leaf_of, place_of
from tincay.web.packs import pack_toml

pytestmark = pytest.mark.django_db

TOLD = {"place": "", "population": "Người từng đến (mẫu)", "first_year": "2025", "last_year": "2026",
        "linkage": "exact", "effort": "look"}  # fmt: skip


def upload(client: Client, content: bytes, **changed: str) -> Any:
    file = SimpleUploadedFile("bang.csv", content, "text/csv")
    return client.post(reverse("new_run"), {**TOLD, **changed, "file": file}, follow=True)


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def without_drawings(page: str) -> str:
    """An axis may pass through any number; a sentence or a table may not say it."""
    return re.sub(r"<svg width.*?</svg>", "", page, flags=re.DOTALL)


# --- the public register


@pytest.fixture
def register(clock: Hands) -> Client:
    load_claims(entries=pack_toml("estimates.toml")["claims"])
    return Client()


def test_the_two_claims_stand_side_by_side_and_are_never_averaged(register: Client) -> None:
    page = text_of(register.get(reverse("population")))
    assert "hơn 100.000" in page
    assert "300.000" in page
    assert page.count("Đã công bố, không nêu phương pháp") == 4
    assert "200.000" not in without_drawings(page)
    assert "ít nhất" in page
    assert "Không xếp hạng" in page


def test_the_register_speaks_english_too(register: Client) -> None:
    with override("en"):
        page = text_of(register.get(reverse("population")))
    assert "over 100,000" in page
    assert "300,000" in page
    assert page.count("Published, method not stated") == 4
    assert "200,000" not in without_drawings(page)


def test_an_empty_register_says_so(clock: Hands) -> None:
    assert "Chưa có con số nào" in text_of(Client().get(reverse("population")))


def test_a_published_answer_shows_what_is_needed_to_check_it_and_none_of_its_counts(
    register: Client, done: Run
) -> None:
    row = publish_run(run=done, now=NOW)
    page = text_of(register.get(reverse("published_run", args=[row.pk])))
    for shown in (row.table_hash, row.digest, row.version, "Đợi vào sổ đêm nay"):
        assert shown in page
    sign_checkpoint(now=NOW)
    place = place_of(leaf_of(bytes(row.opening)))
    assert f">{place}</a>" in register.get(reverse("published_run", args=[row.pk])).content.decode()
    assert "phù hợp với khoảng từ" in page or "ít nhất" in page
    for count in done.counts["counts"]:
        assert f">{count}<" not in page
    assert reverse("published_run", args=[row.pk]) in text_of(register.get(reverse("population")))


# --- who may


@pytest.mark.parametrize("name", ["runs", "new_run", "new_table", "claims"])
def test_only_those_with_the_right_find_the_desk_of_estimates(
    clock: Hands, network: Network, name: str
) -> None:
    assert sign_in(network.supervisor).get(reverse(name)).status_code == 404
    assert Client().get(reverse(name)).status_code == 302
    officer = hire(network.organisation, "mai.cayme", "me_officer", with_key=False)
    assert sign_in(officer).get(reverse(name)).status_code == 200


def test_a_run_of_another_organisation_does_not_exist(clock: Hands, network: Network, done: Run) -> None:
    officer = sign_in(hire(network.organisation, "mai.cayme", "me_officer", with_key=False))
    assert officer.get(reverse("run", args=[done.pk])).status_code == 404
    assert officer.post(reverse("publish_run", args=[done.pk])).status_code == 404
    assert not PublishedRun.objects.exists()


# --- asking a table


def test_an_uploaded_table_shows_its_screens_in_order(desk: Client) -> None:
    page = text_of(upload(desk, (TABLES / "kampala_fsw_3capture.csv").read_bytes()))
    places = [page.index(f"<h2>{number}. ") for number in range(1, 11)]
    assert places == sorted(places)
    assert page.index("Trước hết là cận dưới") < page.index("Mọi cách tính cạnh nhau")
    assert "B·p &lt; 5" in page or "B·p < 5" in page
    assert page.count("<svg width=") >= 7
    assert "<script" not in page.split("<main")[1].split("</main>")[0]


@pytest.mark.parametrize(
    ("name", "seen", "repeats"), [("western_us_5list", "345", "23"), ("neworleans_5list_n185", "185", "12")]
)
def test_a_thin_table_is_refused_kindly_with_its_count_and_lower_bound(
    desk: Client, name: str, seen: str, repeats: str
) -> None:
    page = text_of(upload(desk, (TABLES / f"{name}.csv").read_bytes()))
    assert "Chưa thể ước lượng từ bảng này" in page
    assert f"{seen} người, đếm được" in page
    assert f"Mới có {repeats} người được gặp từ hai lần trở lên" in page
    assert "ít nhất" in page
    assert "Mọi cách tính cạnh nhau" not in page
    assert "Công bố khoảng này" not in page


def test_a_file_about_people_is_refused_with_a_way_to_go_on_and_nothing_is_kept(desk: Client) -> None:
    page = text_of(upload(desk, b"ten,A,B,count\nZYXQ Lan,1,0,1\n"))
    assert "mỗi dòng là một người" in page
    assert "./run tincay estimate" in page
    assert "ZYXQ" not in page
    assert not Run.objects.for_the_rules().exists()


def test_what_is_told_of_a_table_is_checked(desk: Client) -> None:
    good = (TABLES / "korea_3list.csv").read_bytes()
    assert "xem lại hai năm" in text_of(upload(desk, good, first_year="2026", last_year="2025"))
    assert "từ 2 đến 6 danh sách" in text_of(upload(desk, b"A,count\n1,3\n"))
    assert "xem lại hai năm" in text_of(upload(desk, good, first_year="0", last_year="2025"))
    assert "xem lại hai năm" in text_of(upload(desk, good, last_year="99999"))
    upload(desk, good, place="commune")
    assert not Run.objects.for_the_rules().exists()


def test_a_table_can_be_typed(desk: Client) -> None:
    address = reverse("new_table") + "?lists=3"
    assert text_of(desk.get(address)).count('name="cell_') == 7
    counts = {1: 520, 2: 544, 3: 207, 4: 1077, 5: 126, 6: 105, 7: 109}
    sent = {
        **TOLD,
        **{f"list_{j}": f"C{j + 1}" for j in range(3)},
        **{f"cell_{c}": str(n) for c, n in counts.items()},
    }
    page = text_of(desk.post(address, sent, follow=True))
    assert "Qua cổng kiểm tra" in page
    assert Run.objects.for_the_rules().get().counts == {
        "lists": ["C1", "C2", "C3"],
        "counts": list(counts.values()),
    }
    assert "khác nhau và bắt đầu bằng chữ" in text_of(desk.post(address, {**sent, "list_1": "C1"}))
    assert "phải có người" in text_of(
        desk.post(address, {**sent, **dict.fromkeys((f"cell_{c}" for c in counts), "0")})
    )
    assert desk.get(reverse("new_table") + "?lists=9").status_code == 404


def test_a_thousand_is_a_thousand_wherever_a_number_is_typed(desk: Client) -> None:
    sent = {**TOLD, "list_0": "A", "list_1": "B", "cell_1": "1.000", "cell_2": "1 200", "cell_3": "15"}
    desk.post(reverse("new_table") + "?lists=2", sent)
    assert Run.objects.for_the_rules().get().counts["counts"] == [1000, 1200, 15]
    page = text_of(desk.post(reverse("new_table") + "?lists=2", {**sent, "cell_1": "1.00"}))
    assert "“1.00” chưa rõ là số nào" in page
    claim = {"kind": "survey", "population": "Người (mẫu)", "source": "Khảo sát (mẫu)"}
    desk.post(reverse("claims"), {**claim, "value": "12.000"})
    assert Claim.objects.get().value == 12_000
    with override("en"):
        page = text_of(desk.post(reverse("claims"), {**claim, "value": "12.000"}))
    assert "could be two numbers" in page


@pytest.mark.parametrize("count", ["1.000", "12.5", "1 000", "1'000"])
def test_a_count_in_a_file_that_could_be_two_numbers_is_refused_by_name(desk: Client, count: str) -> None:
    page = text_of(upload(desk, f"A,B,count\n1,0,20\n0,1,{count}\n1,1,5\n".encode()))
    assert f"“{count.replace(chr(39), '&#x27;')}” có thể là hai số" in page
    assert "viết liền" in page
    assert not Run.objects.for_the_rules().exists()


def test_only_a_demo_fills_the_form_with_an_invented_table(desk: Client) -> None:
    address = reverse("new_table") + "?lists=3"
    assert 'value="214"' in text_of(desk.get(address))
    assert 'value="214"' not in text_of(desk.get(reverse("new_table") + "?lists=4"))
    new_install(demo=False)
    assert 'value="214"' not in text_of(desk.get(address))


def test_a_table_can_be_asked_again_with_lists_merged_or_left_out(desk: Client, done: Run) -> None:
    address = reverse("change_table", args=[done.pk])
    desk.post(address, {"merge": ["C1", "C2"], "effort": "look"})
    made = Run.objects.for_the_rules().get(made_from=done)
    assert made.lists == ["C3", "C1-C2"]
    assert made.change == "C1 + C2"
    assert "Cần ít nhất 3 danh sách" in text_of(desk.get(reverse("run", args=[made.pk])))
    for wrong in ({"merge": ["C1"]}, {"drop": ["C1", "C2"]}, {"drop": ["C1"], "merge": ["C1", "C2"]}):
        assert desk.post(address, {**wrong, "effort": "look"}).status_code == 422
    assert "từ lần" in text_of(desk.get(reverse("run", args=[made.pk])))


def test_lists_without_people_are_not_asked_alone(desk: Client, researcher: Worker) -> None:
    table = table_of(["A", "B", "C"], [0, 0, 0, 0, 50, 0, 0, 0])
    run = begin_run(by=researcher.user, table=table, about=about(), effort="look", seed=1, now=NOW)
    work_through()
    answer = desk.post(reverse("change_table", args=[run.pk]), {"drop": ["C"], "effort": "look"})
    assert answer.status_code == 422
    assert "phải có người" in text_of(answer)


def test_the_assumption_moves_by_link_and_nonsense_stays_at_one(desk: Client, done: Run) -> None:
    address = reverse("run", args=[done.pk])
    assert "ξ = 1,00" in text_of(desk.get(address))
    quarter, four = (text_of(desk.get(f"{address}?xi={xi}")) for xi in ("0.25", "4"))
    # n0 = ξ · (n1·n2·n3·n123) / (n12·n13·n23), from the table's own counts
    unseen = (520 * 544 * 1077 * 109) / (207 * 126 * 105)
    assert f"<strong>{people(2688 + unseen / 4)}</strong>" in quarter
    assert f"<strong>{people(2688 + unseen * 4)}</strong>" in four
    assert f"<strong>{people(2688 + unseen)}</strong>" in text_of(desk.get(f"{address}?xi=nan"))


def test_a_waiting_run_asks_again_by_itself_until_told_not_to(
    desk: Client, researcher: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tincay.estimates.worker.start", lambda: None)
    answer = upload(desk, (TABLES / "korea_3list.csv").read_bytes())
    assert "Đang chờ đến lượt" in text_of(answer)
    assert answer.headers["Refresh"] == "5"
    run = Run.objects.for_the_rules().get()
    assert "Refresh" not in desk.get(reverse("run", args=[run.pk]) + "?still=1").headers
    assert "đang tính" in text_of(desk.get(reverse("runs")))
    assert desk.get(reverse("run_on_paper", args=[run.pk])).status_code == 404


def test_a_run_whose_server_was_stopped_can_be_started_again(desk: Client, done: Run, clock: Hands) -> None:
    Run.objects.for_the_rules().filter(pk=done.pk).update(state="running", result=None, begun_at=NOW)
    clock.move(hours=1)
    assert "dừng giữa chừng" in text_of(desk.get(reverse("run", args=[done.pk])))
    assert "Qua cổng kiểm tra" in text_of(desk.post(reverse("run_again", args=[done.pk]), follow=True))


def test_publishing_leads_to_the_public_page_and_can_be_done_once(desk: Client, done: Run) -> None:
    assert "Công bố khoảng này" in text_of(desk.get(reverse("run", args=[done.pk])))
    answer = desk.post(reverse("publish_run", args=[done.pk]), follow=True)
    row = PublishedRun.objects.get()
    assert answer.redirect_chain[-1][0] == reverse("published_run", args=[row.pk])
    assert row.digest in text_of(answer)
    again = text_of(desk.post(reverse("publish_run", args=[done.pk]), follow=True))
    assert "Mỗi bảng chỉ công bố một lần" in again
    assert PublishedRun.objects.count() == 1


def test_a_first_look_says_that_it_is_not_for_publishing(desk: Client, researcher: Worker) -> None:
    run = run_on(researcher, "kampala_fsw_3capture", "look")
    page = text_of(desk.get(reverse("run", args=[run.pk])))
    assert "lần xem nhanh" in page
    assert "Công bố khoảng này" not in page


def test_the_sheet_for_paper_holds_the_same_screens_and_all_numbers_open(desk: Client, done: Run) -> None:
    page = text_of(desk.get(reverse("run_on_paper", args=[done.pk])))
    assert "Bản làm việc nội bộ" in page
    assert "<h2>10. " in page
    assert "<details>" not in page


# --- claims


def test_a_claim_is_written_down_with_its_source(desk: Client) -> None:
    fields = {
        "kind": "survey",
        "value": "1200",
        "population": "Người (mẫu)",
        "source": "Khảo sát (mẫu)",
        "place": "M01",
    }
    desk.post(reverse("claims"), fields)
    claim = Claim.objects.get()
    assert (claim.value, claim.place_id, claim.source_vi) == (1200, "M01", "Khảo sát (mẫu)")
    with override("en"):
        assert "Khảo sát (mẫu)" in text_of(Client().get(reverse("population")))


HUGE = str(2**63)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"low": "5"},
        {"low": "9", "high": "5"},
        {"kind": "mse", "value": "5"},
        {"value": HUGE},
        {"low": "5", "high": HUGE},
        {"low": HUGE, "high": HUGE},
        {"value": "5", "first_year": "99999"},
        {"value": "5", "last_year": "0"},
        {"value": "5", "first_year": "2020", "last_year": "2019"},
    ],
)
def test_a_claim_without_a_number_or_with_half_an_interval_or_impossible_ones_is_asked_again(
    desk: Client, fields: dict[str, str]
) -> None:
    desk.post(reverse("claims"), {"kind": "expert", "population": "x", "source": "x", **fields})
    assert not Claim.objects.exists()


# --- words


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_caution_and_refusal_can_be_filled(language: str) -> None:
    values: dict[str, Any] = {
        "side": "lower", "replicates": 1000, "list": "A", "same": "B", "share": 0.1, "lowest": 1.0, "highest": 2.0,
        "cap": 3.0, "low": 1.0, "high": 2.0, "draws": 4.0, "interactions": "AB", "group": "x", "ratio": 1.5,
        "repeats": 3, "single": 0.9, "linkages": 2, "problem": "x",
    }  # fmt: skip
    refusals = {"needed": 3, "lists": 2, "limit": 6, "list": "A", "rhat": 1.2, "repeats": 4,
                "single": 0.96, "problem": "x"}  # fmt: skip
    with override(language):
        for code in answers.CAUTIONS:
            assert caution_words({"code": code, "values": values})
        for code in answers.REASONS:
            assert reason_words({"reason": code, "values": refusals})
        assert filled("%(rhat)s", {"rhat": 1.25}) == ("1,25" if language == "vi" else "1.25")
