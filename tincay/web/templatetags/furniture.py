"""The pieces that pages are built from. docs/components.md shows each of them with one line of use.

Every tag here is a builtin: templates need no {% load %}. Words come in as they will be shown,
already translated; nothing here knows what a report is.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django import forms, template
from django.core.serializers.json import DjangoJSONEncoder
from django.utils.html import format_html, format_html_join, json_script
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from tincay.core.receipts import Thing
from tincay.web import dates, numbers
from tincay.web.packs import language
from tincay.web.phones import dialled
from tincay.web.sealed import ATTRIBUTES, TYPED

register = template.Library()
SPRITE = Path(__file__).resolve().parent.parent / "icons.svg"
NOTICE_ICONS = {"info": "info", "danger": "triangle-alert", "wait": "clock", "good": "circle-check"}
SHORT = 6
"""A number up to here stands large beside its words, a longer one among them."""
PRIORITY_ICONS = {"p0": "triangle-alert", "p1": "zap", "p2": "circle", "p3": "message-circle"}

register.filter("day", dates.day_words)
register.filter("short_day", dates.short_day_words)
register.filter("moment", dates.moment_words)
register.filter("until", dates.until_words)
register.filter("whole", numbers.whole_words)


class AsItIs(DjangoJSONEncoder):
    """Letters and pictures as they are: a page is UTF-8, and each of their escapes is three times as long."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "ensure_ascii": False, "separators": (",", ":")})


@register.filter(name="json_script")
def json_in_script(value: object, element_id: str | None = None) -> SafeString:
    """Django's filter of this name, in fewer bytes."""
    return json_script(value, element_id, AsItIs)


@lru_cache(maxsize=1)
def icons() -> dict[str, SafeString]:
    """The committed sprite, one drawing per name."""
    drawings = re.findall(
        r'<symbol id="([a-z0-9-]+)"[^>]*>(.*?)</symbol>', SPRITE.read_text(encoding="utf-8")
    )
    return {name: mark_safe(inside) for name, inside in drawings}  # noqa: S308 - our own committed file


@register.simple_tag(name="icon")
def drawing(name: str) -> SafeString:
    """A drawing that stands beside words and says nothing itself; an unknown name is an error."""
    return format_html('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">{}</svg>', icons()[name])


def _optional_drawing(name: str) -> SafeString:
    return drawing(name) if name else SafeString("")


def _small(words: object) -> SafeString:
    return format_html("<small>{}</small>", words) if words else SafeString("")


# Going on


@register.simple_tag
def button(words: str, kind: str = "", icon: str = "", name: str = "", value: str = "") -> SafeString:
    """A submit button: a verb. `kind` is "" (the one thing to do here), "quiet" or "danger"."""
    return format_html(
        '<button class="button{}"{}>{}{}</button>',
        f" button-{kind}" if kind else "",
        format_html(' name="{}" value="{}"', name, value) if name else "",
        _optional_drawing(icon),
        words,
    )


@register.simple_tag
def link_button(words: str, address: str, kind: str = "", icon: str = "") -> SafeString:
    """A link that looks like a button, for going on without sending anything."""
    kind = f" button-{kind}" if kind else ""
    return format_html(
        '<a class="button{}" href="{}">{}{}</a>', kind, address, _optional_drawing(icon), words
    )


@register.simple_tag
def back_link(address: str, words: str = "") -> SafeString:
    """The way back, above the heading."""
    words = words or gettext("Quay lại")
    return format_html('<a class="back" href="{}">{}{}</a>', address, drawing("arrow-left"), words)


@register.simple_tag
def link_card(words: str, address: str, icon: str = "", hint: str = "") -> SafeString:
    """A whole-width card that leads somewhere."""
    return format_html(
        '<a class="card" href="{}">{}<span><strong>{}</strong>{}</span>{}</a>',
        address,
        format_html('<i class="tile">{}</i>', drawing(icon)) if icon else "",
        words,
        _small(hint),
        drawing("chevron-right"),
    )


@register.simple_block_tag
def phone_card(content: str, number: str, who: str) -> SafeString:
    """A number to call, large, with one sentence (the content) about what happens then."""
    beside = len(number) <= SHORT
    shown = format_html(
        "{}<span><strong>{}</strong>{}{}</span>{}",
        format_html("<b>{}</b>", number) if beside else "",
        who,
        "" if beside else format_html("<b>{}</b>", number),
        _small(SafeString(content.strip())),
        drawing("phone"),
    )
    return _to_call(number, 'class="card call"', shown)


@register.simple_tag
def phone(number: str) -> SafeString:
    """A number in a line of words."""
    return _to_call(number, "", number)


def _to_call(number: str, attributes: str, shown: str) -> SafeString:
    """A link that dials; where there is nothing to dial, the same without a link."""
    if digits := dialled(number):
        return format_html('<a {} href="tel:{}">{}</a>', SafeString(attributes), digits, shown)
    return format_html("<span {}>{}</span>", SafeString(attributes), shown)


# Asking


@register.simple_tag
def field(bound: forms.BoundField) -> SafeString:
    """One field of a form: label, hint, error, control."""
    return bound.as_field_group()


@register.simple_tag
def choice(
    name: str,
    value: str,
    words: str,
    kind: str = "radio",
    icon: str = "",
    hint: str = "",
    checked: bool = False,
    sealed: bool = False,
) -> SafeString:
    """One choice card outside a form object. With `sealed` it has data-name only, so a browser never posts it."""
    return format_html(
        '<div class="choice"><input type="{}" id="{}" {}="{}" value="{}" autocomplete="off"{}>'
        '<label for="{}">{}<span>{}{}</span></label></div>',
        kind,
        f"{name}-{value}",
        "data-name" if sealed else "name",
        name,
        value,
        SafeString(" checked") if checked else "",
        f"{name}-{value}",
        _optional_drawing(icon),
        words,
        _small(hint),
    )


@register.inclusion_tag("web/furniture/error_summary.html")
def error_summary(form: forms.BaseForm) -> dict[str, Any]:
    """All that has to be looked at again, first thing on the page, each linked to its field."""
    wrong = [form[name] for name in form.errors if name in form.fields]
    return {
        "general": form.non_field_errors(),
        "fields": [(_first_control(bound), bound.label, bound.errors) for bound in wrong],
    }


def _first_control(bound: forms.BoundField) -> str:
    """Where a link to a field leads: the control itself, or the first of a set of choices."""
    several = isinstance(bound.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple)
    return f"{bound.auto_id}_0" if several else bound.auto_id


def _attributes(pairs: Mapping[str, object]) -> SafeString:
    return format_html_join(" ", '{}="{}"', pairs.items())


@register.simple_tag
def sealed_attributes(kind: str = "field", **others: str) -> SafeString:
    """What every control that is typed into says, and every place that shows words, answers or a code.

    `kind` is "field", "code", "words" or "answers" (tincay/web/sealed.py); `lang="vi"` where it is known.
    """
    return _attributes(ATTRIBUTES[kind] | others)


@register.simple_tag
def control_attributes(widget: Mapping[str, Any], kind: str = "") -> SafeString:
    """The name of a form's control and its attributes. A sealed one has data-name, so a browser never posts it.

    `kind` is the type of an <input>, or "textarea"; nothing for a control that is only chosen from.
    """
    given = widget["attrs"]
    own = ATTRIBUTES["field"] if kind in TYPED else {"autocomplete": "off"}
    own = {"data-name" if given.get("sealed") else "name": widget["name"]} | own
    shown = own | {name: value for name, value in given.items() if value is not False and name != "sealed"}
    return format_html_join(
        " ",
        "{}{}",
        ((name, "" if value is True else format_html('="{}"', value)) for name, value in shown.items()),
    )


# Saying


@register.simple_block_tag
def notice(content: str, title: str = "", kind: str = "info") -> SafeString:
    """Something to know: "info", "wait", "good", or "danger" for what can harm."""
    heading = format_html('<p class="notice-title">{}<span>{}</span></p>', drawing(NOTICE_ICONS[kind]), title)
    return format_html(
        '<div class="notice notice-{}">{}{}</div>', kind, heading if title else "", SafeString(content)
    )


@register.simple_block_tag
def more(content: str, words: str, open: bool = False) -> SafeString:
    """Something that may be read, behind its question."""
    return format_html(
        '<details{}><summary><span>{}</span></summary><div class="more">{}</div></details>',
        SafeString(" open") if open else "",
        words,
        SafeString(content),
    )


@register.simple_block_tag
def empty_state(content: str, title: str, icon: str = "inbox") -> SafeString:
    """An empty list that says what comes next."""
    return format_html(
        '<div class="empty">{}<b>{}</b>{}</div>', _optional_drawing(icon), title, SafeString(content)
    )


@register.simple_block_tag
def summary(content: str) -> SafeString:
    """What was answered or what is known, as pairs; fill it with {% row %}."""
    return format_html('<dl class="summary">{}</dl>', SafeString(content.strip()))


@register.simple_block_tag
def row(content: str, words: str, address: str = "", action: str = "") -> SafeString:
    """One pair of a summary, with a link to change it if there is one."""
    change = format_html(
        '<dd class="do"><a href="{}">{}<span class="unseen"> {}</span></a></dd>', address, action, words
    )
    return format_html(
        "<div><dt>{}</dt><dd>{}</dd>{}</div>", words, SafeString(content.strip()), change if address else ""
    )


@register.simple_block_tag
def message(content: str, who: str, when: str = "", own: bool = False) -> SafeString:
    """One message of a conversation; `mine` is the reader's own."""
    return format_html(
        '<article class="message{}"><header><b>{}</b>{}</header>{}</article>',
        " mine" if own else "",
        who,
        format_html(" · <span>{}</span>", when) if when else "",
        SafeString(content),
    )


# Time


@dataclass(frozen=True)
class StageMark:
    """One mark of a stage list; `state` is done, now, late or later."""

    label: str
    state: str
    note: str


@register.inclusion_tag("web/furniture/stages.html")
def stages(marks: Sequence[StageMark], label: str = "") -> dict[str, Any]:
    """How far something has come."""
    return {"steps": marks, "label": label or gettext("Các bước")}


@register.simple_block_tag
def timeline(content: str, label: str = "") -> SafeString:
    """What happened, newest where the page puts it; fill it with {% event %}."""
    return format_html(
        '<ol class="timeline" aria-label="{}">{}</ol>', label or gettext("Diễn biến"), SafeString(content)
    )


@register.simple_block_tag
def event(content: str, title: str, when: str = "", late: bool = False) -> SafeString:
    """One entry of a time line."""
    return format_html(
        "<li{}><b>{}</b>{}{}</li>",
        SafeString(' class="late"') if late else "",
        title,
        format_html('<span class="when">{}</span>', when) if when else "",
        SafeString(content.strip()),
    )


@register.simple_tag
def tag(words: str, kind: str = "", icon: str = "") -> SafeString:
    """A word in a frame. Colour only repeats what the word says: "late", "soon", "done" or none."""
    kind = f" tag-{kind}" if kind else ""
    return format_html('<span class="tag{}">{}{}</span>', kind, _optional_drawing(icon), words)


@register.simple_tag
def priority_tag(code: str, words: str) -> SafeString:
    """How urgent, as colour, drawing and word; what stands in brackets in the code list is left out."""
    return tag(words.split(" (")[0], code, PRIORITY_ICONS[code])


@register.simple_tag
def due_tag(
    due: datetime, now: datetime, working_days: int | None = None, soon: bool | None = None
) -> SafeString:
    """How long is left, or how long it is overdue. "Soon" is the last day unless the page knows better."""
    words = dates.waiting_words(due, now, working_days=working_days)
    if now > due:
        return tag(words, "late", "hourglass")
    close = (due - now).days < 1 if soon is None else soon
    return tag(words, "soon", "clock") if close else tag(words)


@register.simple_block_tag
def queue(content: str, label: str) -> SafeString:
    """A list of work, in the order in which it is due; fill it with {% queue_row %}."""
    return format_html('<ul class="queue" aria-label="{}">{}</ul>', label, SafeString(content))


@register.inclusion_tag("web/furniture/queue_row.html")
def queue_row(row: Any, now: datetime) -> dict[str, Any]:
    """One line of fact: when it is due, its code name and stage, how urgent, what to do next.

    A row has `name`, `address`, `stage`, `next_step`, `priority`, `priority_words`, `due` and `working_days`.
    """
    return {"row": row, "now": now}


# The receipt


@register.inclusion_tag("web/furniture/receipt.html")
def receipt(digits: str = "", things: Sequence[Thing] = ()) -> dict[str, Any]:
    """Six groups of four and twelve things, to be copied by hand. Empty, it is the frame that the client fills."""
    plain = "".join(character for character in digits if character.isdigit())
    return {
        "groups": [plain[start : start + 4] for start in range(0, 24, 4)],
        "things": [(thing.picture, thing.name(language())) for thing in things] or [("", "")] * 12,
        "digits": plain,
        "language": language(),
    }


# Tables


@register.simple_block_tag
def table(content: str, caption: str) -> SafeString:
    """A table that scrolls inside itself on a narrow screen, also by keyboard."""
    return format_html(
        '<div class="table" role="region" tabindex="0" aria-label="{}"><table><caption>{}</caption>{}</table></div>',
        caption,
        caption,
        SafeString(content),
    )


@register.simple_tag
def plain_list(items: Sequence[object]) -> SafeString:
    """A list of words, for what has no order of its own."""
    return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((item,) for item in items)))
