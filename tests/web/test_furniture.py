"""Components say what they are in words, and a form ties its words, hints and errors to its fields."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.conf import settings
from django.template import Context, Template
from django.utils.translation import override

from tincay.core.receipts import Thing
from tincay.web.forms import Cards

NOW = datetime(2026, 6, 30, 9, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


def show(template: str, **context: Any) -> str:
    return Template(template).render(Context(context))


class Asking(forms.Form):
    need = forms.MultipleChoiceField(
        label="Bạn muốn được giúp điều gì?",
        choices=[("pep", "Thuốc"), ("ns", "Không muốn nói")],
        widget=forms.CheckboxSelectMultiple(),
    )
    danger = forms.ChoiceField(
        label="Nguy hiểm?",
        choices=[("now", "Có"), ("ns", "Không muốn nói")],
        widget=Cards(icons={"now": "phone"}, hints={"now": "Gọi ngay"}),
    )
    words = forms.CharField(
        label="Lời kể", help_text="Có thể bỏ trống", widget=forms.Textarea(attrs={"sealed": True})
    )
    counted = forms.BooleanField(label="Được đếm", help_text="Không có lời kể", required=False)

    def clean(self) -> dict[str, Any]:
        raise forms.ValidationError("Bạn đợi một chút nhé.")


@pytest.fixture
def page() -> str:
    return str(Asking({}))


def test_errors_stand_first_and_lead_to_their_fields(page: str) -> None:
    assert page.index('role="alert"') < page.index("<fieldset")
    for target in ("id_need_0", "id_danger_0", "id_words"):
        assert f'href="#{target}"' in page
        assert f'id="{target}"' in page
    assert "<li>Bạn đợi một chút nhé.</li>" in page


def test_a_field_is_tied_to_its_hint_and_its_error(page: str) -> None:
    assert 'aria-describedby="id_words_helptext id_words_error"' in page
    assert page.count('id="id_words_helptext"') == page.count('id="id_words_error"') == 1
    assert 'aria-invalid="true"' in page


def test_questions_with_choices_are_named_by_a_legend(page: str) -> None:
    assert "<legend>Bạn muốn được giúp điều gì?</legend>" in page
    assert page.count("<fieldset") == 2


def test_every_choice_is_a_card_with_its_words_and_refusing_is_one_of_them(page: str) -> None:
    assert page.count('class="choice"') == 5
    assert page.count("<span>Không muốn nói</span>") == 2
    assert "<span>Có<small>Gọi ngay</small></span>" in page


def test_nothing_typed_is_remembered_by_the_browser(page: str) -> None:
    controls = page.count("<input") + page.count("<textarea") + page.count("<select")
    assert page.count('autocomplete="off"') == controls


def test_a_sealed_control_has_no_name_to_post(page: str) -> None:
    assert '<textarea data-name="words"' in page
    assert 'name="words"' not in page.replace('data-name="words"', "")
    card = show('{% choice "who" "ns" "Không muốn nói" sealed=True %}')
    assert 'data-name="who"' in card
    assert " name=" not in card


def test_words_from_outside_are_never_markup() -> None:
    evil = "<script>x</script>"
    for tag in (
        "{% button evil %}{% link_card evil evil hint=evil %}{% choice evil evil evil hint=evil %}",
        "{% tag evil %}{% notice evil %}{{ evil }}{% endnotice %}{% message evil evil %}{{ evil }}{% endmessage %}",
        "{% summary %}{% row evil evil evil %}{{ evil }}{% endrow %}{% endsummary %}{% receipt '' things %}",
        "{% timeline %}{% event evil evil %}{{ evil }}{% endevent %}{% endtimeline %}{% stages steps %}",
        "{% phone_card evil evil %}{{ evil }}{% endphone_card %}{% more evil %}{{ evil }}{% endmore %}",
        "{% table evil %}{% endtable %}{% empty_state evil %}{% endempty_state %}{% plain_list words %}",
    ):
        step = SimpleNamespace(label=evil, note=evil, state="now")
        assert "<script" not in show(
            tag, evil=evil, words=[evil], steps=[step], things=[Thing(evil, evil, evil)]
        )


@pytest.mark.parametrize(
    ("ahead", "kind", "words"),
    [
        (timedelta(hours=-3), "tag-late", "quá hạn 3 giờ"),
        (timedelta(hours=5), "tag-soon", "còn 5 giờ"),
        (timedelta(days=3), '"tag"', "còn 3 ngày"),
    ],
)
def test_what_is_due_is_said_in_words_and_repeated_in_colour(ahead: timedelta, kind: str, words: str) -> None:
    tag = show("{% due_tag due now %}", due=NOW + ahead, now=NOW)
    assert kind in tag
    assert words in tag


def test_priority_is_a_word_a_drawing_and_a_colour() -> None:
    tag = show("{% priority_tag 'p1' 'Khẩn (y tế trong 72 giờ)' %}")
    assert "tag-p1" in tag
    assert "<svg" in tag
    assert tag.endswith("Khẩn</span>")


def test_a_step_says_where_it_stands_without_colour() -> None:
    steps = [SimpleNamespace(label=state, note="", state=state) for state in ("done", "now", "late", "later")]
    page = show("{% stages steps %}", steps=steps)
    for words in ("đã xong", "đang làm", "đang trễ", "chưa đến"):
        assert words in page
    assert page.count('aria-current="step"') == 2


def test_a_receipt_is_six_groups_of_four_and_twelve_things_that_nobody_translates() -> None:
    things = [Thing("🐈", "mèo", "cat")] * 12
    page = show("{% receipt digits things %}", digits="1234 5678 9012 3456 7890 1234", things=things)
    assert "<li>1234</li><li>5678</li><li>9012</li><li>3456</li><li>7890</li><li>1234</li>" in page
    assert page.count('<li><span aria-hidden="true">🐈</span> mèo</li>') == 12
    assert page.count("<ol") == page.count('translate="no"') == 2
    with override("en"):
        assert "</span> cat</li>" in show("{% receipt digits things %}", things=things)


def test_a_number_to_call_can_be_tapped() -> None:
    assert 'href="tel:+84241234"' in show(
        "{% phone_card '+84 24 1234' 'Tư vấn' %}Ban ngày.{% endphone_card %}"
    )


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        ("113", "113"),
        ("+84 981 84 84 84", "+84981848484"),
        ("+84 (0)24 3200 0000", "+842432000000"),
        ("(024) 3200 0000", "02432000000"),
        ("024 3200 0000 (giờ hành chính)", "02432000000"),
        ("024 3200 0000 / nhánh 2", "02432000000"),
        ("1900 1234 - 02", "19001234"),
        ("024 - 3200 0000", "02432000000"),
        ("113 hoặc 115", "113"),
        ("0909 000 000; 0912 000 000", "0909000000"),
        ("0909 000 000 0912 000 000", ""),
        ("00 01 (số giả)", ""),
        ("0000 000 101 (mẫu)", ""),
        ("gọi qua Zalo", ""),
        ("", ""),
    ],
)
def test_a_link_dials_the_number_and_nothing_of_the_words_around_it(written: str, digits: str) -> None:
    """Hours, an extension, a second number; and an invented number dials nobody."""
    card = show("{% phone_card number 'Tư vấn' %}Ban ngày.{% endphone_card %}", number=written)
    line = show("{% phone number %}", number=written)
    for html in (card, line):
        assert (f'href="tel:{digits}"' in html) is bool(digits)
        assert ("<a " in html) is bool(digits)
        assert written in html


def test_no_template_makes_a_link_to_call_by_itself() -> None:
    made = [
        path.name for path in (settings.BASE_DIR / "tincay").rglob("*.html") if "tel:" in path.read_text()
    ]
    assert not made, "{% phone_card %} and {% phone %} do"


def test_an_unknown_icon_is_an_error() -> None:
    with pytest.raises(KeyError):
        show("{% icon 'no-such' %}")
