"""How forms look: one template for a form and one for a field; choices are cards with words and an icon.

One attribute of a widget is ours: `sealed=True` leaves the control without a `name`, so that a browser alone can
never post what it holds (the client reads `data-name`). What is typed into says what tincay/web/sealed.py asks of it;
every control says autocomplete="off" unless it names another value.
"""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting


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
