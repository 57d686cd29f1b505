"""What may be typed where there is no JavaScript. Cleaned here, sealed in memory, never kept as it came."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.validators import ProhibitNullCharactersValidator
from django.http import QueryDict
from django.utils.translation import get_language, gettext

from tincay.core import receipts
from tincay.core.consent import ON_FORM
from tincay.core.priority import is_child
from tincay.intake.questions import Option, Question, asked, places, questions
from tincay.intake.seal_on_server import as_counted, too_long, with_number

PREFIX = "plain"
FIRST, STORY, SEND = "first", "story", "send"
"""The pages of the plain form, in order. Whoever only asks has no story: the question stands on the first page."""
SENT = "sent"
"""What comes after the last page, and what a request wants that names no page."""
# The answers that go with her name and the way to reach her into the contact compartment.
ABOUT_HER = ("contact_preference",)
FIELDS_ABOUT_HER = ("name", "contact", "hours")
_ON_FIRST, _ON_FIRST_OF_ASK = ("need", "danger"), ("words", "place", "contact")
_IN_STORY = ("harmed", "words", "harms", "time_since", "place", "did", "whose", "contact")
_IN_STEP = {
    "place": ("place", "channel"),
    "did": ("did", "identifier", "identifier_kind"),
    "whose": ("whose", "age_band"),
    "contact": ("contact_preference", *FIELDS_ABOUT_HER, "accessibility", "language"),
    "police": ("police_option", "police_body"),
}
"""The fields of a step that has others than the one of its own name."""


def steps_of(kind: str) -> dict[str, tuple[str, ...]]:
    """What each page of a way in asks, in its order."""
    first = _ON_FIRST_OF_ASK if kind == "ask" else _ON_FIRST
    story = tuple(step for step in _IN_STORY if step in asked(kind) and step not in first)
    pages = {FIRST: first, STORY: story} if story else {FIRST: first}
    spoken_for = {*_ON_FIRST, *_IN_STORY}
    return pages | {SEND: tuple(step for step in asked(kind) if step not in spoken_for)}


class Typed(forms.CharField):
    """A line or a story as people see it (as_counted). No length cuts it in silence."""

    def __init__(self) -> None:
        super().__init__(required=False)
        self.validators = [
            one for one in self.validators if not isinstance(one, ProhibitNullCharactersValidator)
        ]

    def to_python(self, value: str | None) -> str:
        return as_counted(value or "")


class PlainReport(forms.Form):
    """All pages of the plain form: each carries in hidden fields what the others have asked.

    One question has to be answered (`needed`); `code` is the receipt that the first page was given.
    """

    use_required_attribute = False

    code = forms.CharField(required=False, widget=forms.HiddenInput)
    place = Typed()
    identifier = Typed()
    words = Typed()
    name = Typed()
    contact = Typed()
    hours = Typed()

    def __init__(self, data: QueryDict | None = None, *, kind: str) -> None:
        super().__init__(data, prefix=PREFIX)
        self.kind = kind
        self.steps = steps_of(kind)
        for question in questions().values():
            if question.groups:
                self.fields[question.name] = _coded(question)
        self.fields["keep"] = forms.ChoiceField(required=False, choices=[("yes", "yes"), ("no", "no")])
        self.fields["police_body"] = forms.CharField(required=False, max_length=60)
        self.fields["consents"] = forms.MultipleChoiceField(
            required=False, choices=[(scope, scope) for scope in ON_FORM]
        )

    @property
    def needed(self) -> str:
        """The one question that has to be answered."""
        return "words" if self.kind == "ask" else "need"

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if not receipts.check(code):
            raise forms.ValidationError(gettext("Trang này mở lâu quá rồi. Bạn gửi lại lần nữa nhé."))
        return code

    def clean_place(self) -> str:
        place: str = self.cleaned_data["place"]
        return place if place in {option.value for option in places()} else ""

    def clean(self) -> dict[str, Any]:
        """The one answer that is needed is there, and all that is sealed together fits."""
        cleaned = self.cleaned_data
        self._measure("words", with_number(cleaned["words"], cleaned["identifier"]))
        self._measure("contact", "".join(cleaned[name] for name in FIELDS_ABOUT_HER))
        if not cleaned.get(self.needed) and self.needed not in self.errors:
            self.add_error(self.needed, _missing(self.needed))
        return cleaned

    def _measure(self, name: str, words: str) -> None:
        letters = too_long(words)
        if letters:
            sentence = gettext(
                "Lời này dài quá %(letters)s chữ cái. Bạn bỏ bớt, hoặc gửi trước một phần nhé."
            )
            number = f"{letters:,}".replace(",", "," if get_language() == "en" else ".")
            self.add_error(name, sentence % {"letters": number})

    @property
    def child(self) -> bool:
        return is_child(self.cleaned_data["age_band"], self.cleaned_data["harms"])

    def chosen(self, name: str) -> list[str]:
        """What was chosen of a question, also while the form has a mistake elsewhere."""
        return [str(value) for value in self._posted(name)]

    def typed(self, name: str) -> str:
        return str((self._posted(name) or [""])[-1])

    def _posted(self, name: str) -> list[Any]:
        return self.data.getlist(self.add_prefix(name)) if self.is_bound else []  # type: ignore[attr-defined]

    # The pages

    def page_after(self, wanted: str) -> tuple[str, bool]:
        """The page to show to whoever wants this one: itself, or an earlier one with a mistake (then True)."""
        for page in self.steps:
            if page == wanted:
                return page, False
            if any(name in self.errors for name in self.fields_of(page)):
                return page, True
        return SENT, False

    def fields_of(self, page: str) -> list[str]:
        """What a page asks. The code is shown on the last one: before it a new one may take its place."""
        fields = [name for step in self.steps[page] for name in self.fields_of_step(step)]
        return [*fields, "code"] if page == SEND else fields

    def fields_of_step(self, step: str) -> list[str]:
        return [name for name in _IN_STEP.get(step, (step,)) if name in self.fields]

    def carried(self, page: str) -> list[tuple[str, str]]:
        """Name and value of everything that was said on other pages than this one."""
        others = [name for one in self.steps if one != page for name in self.fields_of(one) if name != "code"]
        return [
            (self.add_prefix(name), str(value)) for name in others for value in self._posted(name) if value
        ]


def _missing(name: str) -> str:
    if name == "words":
        return gettext("Bạn viết giúp câu hỏi nhé.")
    return gettext("Bạn chọn giúp một điều nhé. Chưa biết thì chọn “Tôi chưa biết mình cần gì”.")


def _coded(question: Question) -> forms.Field:
    choices = [(value, value) for value in question.values]
    several = forms.MultipleChoiceField if question.several else forms.ChoiceField
    return several(choices=choices, required=False, label=question.title)


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


def shown(form: PlainReport, *, stopped: bool = False) -> dict[str, Shown]:
    """Every question as the form has it; with what has to be looked at again where that stopped her."""
    return {
        name: Shown(
            question,
            False,
            tuple(form.chosen(name)),
            " ".join(map(str, form.errors.get(name, []))) if stopped else "",
        )
        for name, question in questions(form.kind).items()
    }
