"""How forms look: one template for a form and one for a field; choices are cards with words and an icon.

One attribute of a widget is ours: `sealed=True` leaves the control without a `name`, so that a browser alone can
never post what it holds (the client reads `data-name`). What is typed into says what tincay/web/sealed.py asks of it;
every control says autocomplete="off" unless it names another value.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext_lazy as _

from tincay.web.dates import UnclearDay, read_day, short_day_words
from tincay.web.numbers import NoNumber, decimal_words, read_number


class Renderer(TemplatesSetting):
    """Label, hint, error and control in one fixed order, tied together for screen readers."""

    form_template_name = "web/form.html"
    field_template_name = "web/field.html"


class Cards(forms.RadioSelect):
    """One of several, as whole-width cards; each choice has its icon and its second line, by its value."""

    def __init__(
        self,
        attrs: dict[str, Any] | None = None,
        choices: Any = (),
        *,
        icons: Mapping[str, str] | None = None,
        hints: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(attrs, choices)
        self.icons = icons or {}
        self.hints = hints or {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        return option | {"icon": self.icons.get(str(value), ""), "hint": self.hints.get(str(value), "")}


class NumberField(forms.Field):
    """The one field for a number that a person types (tincay/web/numbers.py): a whole one, or up to `places` decimals.

    Gives an int, or a Decimal. Not <input type=number>: its separators are the browser's, not the page's.
    """

    default_error_messages: ClassVar[dict[str, Any]] = {
        "unclear": _("“%(typed)s” chưa rõ là số nào. Một nghìn viết 1.000 hoặc 1000. Một rưỡi viết 1,5."),
        "nothing": _("“%(typed)s” chưa phải là số. Bạn viết bằng chữ số nhé."),
        "whole": _("“%(typed)s” chưa phải số nguyên. Bạn viết số nguyên nhé, như 12."),
        "places": _("“%(typed)s” có quá nhiều số lẻ."),
    }

    def __init__(
        self, *, places: int = 0, min_value: int | None = None, max_value: int | None = None, **kwargs: Any
    ) -> None:
        mode = "decimal" if places else "numeric"
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": mode, "class": "short"}))
        super().__init__(**kwargs)
        self.places = places
        if min_value is not None:
            self.validators.append(MinValueValidator(min_value))
        if max_value is not None:
            self.validators.append(MaxValueValidator(max_value))

    def to_python(self, value: Any) -> int | Decimal | None:
        if value in self.empty_values:
            return None
        try:
            number = read_number(str(value)[:100])
        except NoNumber as problem:
            raise self._refusal(str(problem), value) from None
        if not self.places:
            if number != number.to_integral_value():
                raise self._refusal("whole", value)
            return int(number)
        if -int(number.as_tuple().exponent) > self.places:
            raise self._refusal("places", value)
        return number

    def _refusal(self, code: str, typed: Any) -> forms.ValidationError:
        return forms.ValidationError(self.error_messages[code], code=code, params={"typed": str(typed)[:40]})

    def prepare_value(self, value: Any) -> Any:
        return decimal_words(value, self.places) if isinstance(value, Decimal) else value


class DayField(forms.Field):
    """The one field for a date that a person types (tincay.web.dates.read_day). Gives a date.

    Not <input type=date>: it shows the browser's own order, so that 03/04 is March on one machine and April on another.
    """

    default_error_messages: ClassVar[dict[str, Any]] = {
        "unclear": _("“%(typed)s” chưa rõ là ngày nào. Bạn viết ngày/tháng/năm, như 25/02/2026.")
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"class": "short"}))
        kwargs.setdefault("help_text", _("Ngày/tháng/năm, như 25/02/2026."))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values:
            return None
        try:
            return read_day(str(value))
        except UnclearDay:
            raise forms.ValidationError(
                self.error_messages["unclear"], code="unclear", params={"typed": str(value)[:40]}
            ) from None

    def prepare_value(self, value: Any) -> Any:
        return short_day_words(value) if isinstance(value, date) else value
