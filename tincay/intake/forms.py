"""What may be typed where there is no JavaScript. Cleaned here, sealed in memory, never kept as it came."""

from collections.abc import Iterator
from dataclasses import dataclass

from django import forms
from django.http import QueryDict
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tincay.core import receipts
from tincay.core.consent import ON_FORM
from tincay.core.priority import is_child
from tincay.intake.questions import Option, Question, places, questions

LONGEST_WORDS = 20_000
"""Letters; a long story many times over. The page says it before it is reached."""
PREFIX = "plain"
# The answers that go with her name and the way to reach her into the contact compartment.
ABOUT_HER = ("contact_preference",)
FIELDS_ABOUT_HER = ("name", "contact", "hours")


class PlainReport(forms.Form):
    """The one-page form. Only `need` has to be answered; `code` is the receipt that the page was given."""

    use_required_attribute = False

    code = forms.CharField(widget=forms.HiddenInput)
    place = forms.CharField(required=False, max_length=20)
    identifier = forms.CharField(required=False, max_length=200)
    words = forms.CharField(
        required=False,
        max_length=LONGEST_WORDS,
        error_messages={
            "max_length": _("Lời kể dài quá một chút. Bạn rút ngắn giúp còn dưới 20.000 chữ cái nhé.")
        },
    )
    name = forms.CharField(required=False, max_length=200)
    contact = forms.CharField(required=False, max_length=300)
    hours = forms.CharField(required=False, max_length=300)

    def __init__(self, data: QueryDict | None = None, *, kind: str) -> None:
        super().__init__(data, prefix=PREFIX)
        self.kind = kind
        for question in questions().values():
            if question.groups:
                self.fields[question.name] = _coded(question)
        self.fields["keep"] = forms.ChoiceField(required=False, choices=[("yes", "yes"), ("no", "no")])
        self.fields["police_body"] = forms.CharField(required=False, max_length=60)
        self.fields["consents"] = forms.MultipleChoiceField(
            required=False, choices=[(scope, scope) for scope in ON_FORM]
        )

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if not receipts.check(code):
            raise forms.ValidationError(gettext("Trang này mở lâu quá rồi. Bạn gửi lại lần nữa nhé."))
        return code

    def clean_place(self) -> str:
        place: str = self.cleaned_data["place"]
        return place if place in {option.value for option in places()} else ""

    @property
    def child(self) -> bool:
        return is_child(self.cleaned_data["age_band"], self.cleaned_data["harms"])

    def chosen(self, name: str) -> list[str]:
        """What was chosen of a question, also while the form has a mistake elsewhere."""
        if not self.is_bound:
            return []
        return [str(value) for value in self.data.getlist(self.add_prefix(name))]  # type: ignore[attr-defined]

    def typed(self, name: str) -> str:
        return str(self.data.get(self.add_prefix(name), "")) if self.is_bound else ""


def _coded(question: Question) -> forms.Field:
    choices = [(value, value) for value in question.values]
    if question.several:
        return forms.MultipleChoiceField(
            choices=choices,
            required=question.name == "need",
            label=question.title,
            error_messages={"required": lazy_needed()},
        )
    return forms.ChoiceField(choices=choices, required=False, label=question.title)


def _needed() -> str:
    return gettext("Bạn chọn giúp một điều nhé. Chưa biết thì chọn “Tôi chưa biết mình cần gì”.")


lazy_needed = lazy(_needed, str)


@dataclass(frozen=True)
class Shown:
    """A question as a page shows it: sealed (for the script) or plain, with what was chosen before."""

    question: Question
    sealed: bool
    chosen: tuple[str, ...] = ()
    error: str = ""

    @property
    def name(self) -> str:
        return self.question.name if self.sealed else f"{PREFIX}-{self.question.name}"

    @property
    def groups(self) -> Iterator[tuple[str, bool, list[tuple[Option, bool]]]]:
        """Each group: its heading, whether it lies open, its answers and which of them are chosen."""
        for group in self.question.groups:
            marked = [(self._light(option), option.value in self.chosen) for option in group.options]
            yield group.title, any(checked for _, checked in marked), marked

    def _light(self, option: Option) -> Option:
        """Drawings travel once: the plain form, which stands in the same page, has words only."""
        return option if self.sealed else Option(option.value, option.words)


def shown(form: PlainReport | None) -> dict[str, Shown]:
    """Every question for a page: for the script when there is no form, else as the form has it."""
    if form is None:
        return {name: Shown(question, True) for name, question in questions().items()}
    return {
        name: Shown(
            question,
            False,
            tuple(form.chosen(name)),
            " ".join(str(error) for error in form.errors.get(name, [])),
        )
        for name, question in questions().items()
    }
