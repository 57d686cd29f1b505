"""What the steward changes: days to come, and which telephone numbers are right."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tincay.web.forms import DayField
from tincay.web.packs import code_choices

CALENDARS = [("organisation", _("Tổ chức")), ("state", _("Cơ quan nhà nước"))]
DAY_KINDS = ("local_closure", "swap_off", "swap_work", "public_holiday", "holiday_observed", "workday")


class DayForm(forms.Form):
    """A day to come that is not what its weekday says."""

    day = DayField(label=_("Ngày"))
    calendar = forms.ChoiceField(label=_("Lịch"), choices=CALENDARS)
    kind = forms.ChoiceField(label=_("Là ngày gì"))
    name = forms.CharField(label=_("Tên ngày (nếu có)"), required=False, max_length=120)
    reason = forms.CharField(
        label=_("Vì sao"), max_length=300, help_text=_("Ai cũng đọc được lý do này. Không ghi tên người.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = code_choices("day_kind", DAY_KINDS)  # type: ignore[attr-defined]


class NumberForm(forms.Form):
    """What somebody says of one number, as it stood on the page."""

    number = forms.CharField(max_length=40)
    digest = forms.CharField(max_length=64)
    right = forms.TypedChoiceField(choices=[("yes", ""), ("no", "")], coerce=lambda value: value == "yes")
