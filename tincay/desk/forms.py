"""What helpers choose. No form has a field for a time that has passed: the system's clock decides."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tincay.core.priority import PRIORITIES
from tincay.core.stages import NOT_HELPED, NOTHING_TO_ANSWER
from tincay.web.forms import Cards
from tincay.web.packs import code_choices

VERIFIED = ("enough", "cannot_contact", "out_of_area")


class VerifyForm(forms.Form):
    result = forms.ChoiceField(label=_("Kiểm tra: có đủ thông tin để làm không?"), widget=Cards)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["result"].choices = code_choices("verification_result", VERIFIED)  # type: ignore[attr-defined]


class ClassifyForm(forms.Form):
    """The class; `count` is filled by the browser, from the opened answers, when she agreed to be counted."""

    classification = forms.ChoiceField(label=_("Phân loại"))
    count = forms.JSONField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("Chọn một loại")), *code_choices("classification")]
        self.fields["classification"].choices = choices  # type: ignore[attr-defined]

    def clean_count(self) -> dict[str, str] | None:
        count = self.cleaned_data["count"]
        if not isinstance(count, dict):
            return None
        return {name: value for name, value in count.items() if isinstance(value, str)}


class HandleForm(forms.Form):
    result = forms.ChoiceField(label=_("Kết quả với người báo"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        results = [pair for pair in code_choices("handling_result") if pair[0] not in NOT_HELPED]
        self.fields["result"].choices = [("", _("Chọn kết quả")), *results]  # type: ignore[attr-defined]


class ProposeForm(forms.Form):
    reason = forms.ChoiceField(label=_("Lý do"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reasons = code_choices("verification_result", sorted(NOTHING_TO_ANSWER))
        self.fields["reason"].choices = [("", _("Chọn lý do")), *reasons]  # type: ignore[attr-defined]


class RaiseForm(forms.Form):
    priority = forms.ChoiceField(label=_("Mức khẩn mới"))

    def __init__(self, *args: Any, above: str = "p3", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        higher = PRIORITIES[: PRIORITIES.index(above)]
        self.fields["priority"].choices = code_choices("triage_priority", higher)  # type: ignore[attr-defined]


class PauseForm(forms.Form):
    """Why a clock stands still, other than a question to her."""

    reason = forms.ChoiceField(label=_("Lý do tạm dừng"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reasons = code_choices("pause_reason", ("reporter_asked_pause", "safety"))
        self.fields["reason"].choices = reasons  # type: ignore[attr-defined]
