"""What helpers choose. No form has a field for a time that has passed: the system's clock decides."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, cast

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tincay.core.priority import PRIORITIES
from tincay.core.stages import NOT_HELPED, NOTHING_TO_ANSWER
from tincay.intake.actions import today
from tincay.people.models import Desk, User
from tincay.web.forms import Cards
from tincay.web.packs import codes
from tincay.web.time import now

VERIFIED = ("enough", "cannot_contact", "out_of_area")
CALENDARS = [("organisation", _("Tổ chức")), ("state", _("Cơ quan nhà nước"))]
DAY_KINDS = ("local_closure", "swap_off", "swap_work", "public_holiday", "holiday_observed", "workday")


def labelled(list_name: str, wanted: Iterable[str] | None = None) -> list[tuple[str, str]]:
    """The codes of a list with their words, for a choice."""
    language = get_language() or "vi"
    chosen = codes()[list_name] if wanted is None else [codes().get_code(list_name, code) for code in wanted]
    return [(code.code, code.label(language)) for code in chosen]


class Verify(forms.Form):
    result = forms.ChoiceField(label=_("Kiểm tra: có đủ thông tin để làm không?"), widget=Cards)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["result"].choices = labelled("verification_result", VERIFIED)  # type: ignore[attr-defined]


class Classify(forms.Form):
    """The class; `count` is filled by the browser, from the opened answers, when she agreed to be counted."""

    classification = forms.ChoiceField(label=_("Phân loại"))
    count = forms.JSONField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("Chọn một loại")), *labelled("classification")]
        self.fields["classification"].choices = choices  # type: ignore[attr-defined]

    def clean_count(self) -> dict[str, str] | None:
        found = self.cleaned_data["count"]
        if not isinstance(found, dict):
            return None
        return {name: value for name, value in found.items() if isinstance(value, str)}


class Handle(forms.Form):
    result = forms.ChoiceField(label=_("Kết quả với người báo"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        results = [pair for pair in labelled("handling_result") if pair[0] not in NOT_HELPED]
        self.fields["result"].choices = [("", _("Chọn kết quả")), *results]  # type: ignore[attr-defined]


class Propose(forms.Form):
    reason = forms.ChoiceField(label=_("Lý do"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reasons = labelled("verification_result", sorted(NOTHING_TO_ANSWER))
        self.fields["reason"].choices = [("", _("Chọn lý do")), *reasons]  # type: ignore[attr-defined]


class Raise(forms.Form):
    priority = forms.ChoiceField(label=_("Mức khẩn mới"))

    def __init__(self, *args: Any, above: str = "p3", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        higher = PRIORITIES[: PRIORITIES.index(above)]
        self.fields["priority"].choices = labelled("triage_priority", higher)  # type: ignore[attr-defined]


class Hold(forms.Form):
    """Why a clock stands still, other than a question to her."""

    reason = forms.ChoiceField(label=_("Lý do tạm dừng"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reasons = labelled("pause_reason", ("reporter_asked_pause", "safety"))
        self.fields["reason"].choices = reasons  # type: ignore[attr-defined]


class DayForm(forms.Form):
    """A day to come that is not what its weekday says."""

    day = forms.DateField(label=_("Ngày"), widget=forms.DateInput(attrs={"type": "date", "class": "short"}))
    calendar = forms.ChoiceField(label=_("Lịch"), choices=CALENDARS)
    kind = forms.ChoiceField(label=_("Là ngày gì"))
    name = forms.CharField(label=_("Tên ngày (nếu có)"), required=False, max_length=120)
    reason = forms.CharField(
        label=_("Vì sao"), max_length=300, help_text=_("Ai cũng đọc được lý do này. Không ghi tên người.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = labelled("day_kind", DAY_KINDS)  # type: ignore[attr-defined]
        tomorrow = today(now()) + timedelta(days=1)
        self.fields["day"].widget.attrs["min"] = tomorrow.isoformat()


class Join(forms.Form):
    """Who joins a desk: somebody of the same organisation who is not there yet."""

    user = forms.ModelChoiceField(
        label=_("Người thêm vào nhóm"), queryset=User.objects.none(), empty_label=None
    )

    def __init__(self, *args: Any, desk: Desk, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(organisation=desk.organisation_id, is_active=True)
        self.candidates = people.exclude(memberships__desk=desk).exclude(recipient="").order_by("username")
        field = cast("forms.ModelChoiceField[User]", self.fields["user"])
        field.queryset = self.candidates
        language = get_language() or "vi"
        field.label_from_instance = lambda user: f"{user.username} · {user.title(language)}"  # type: ignore[method-assign,assignment]
