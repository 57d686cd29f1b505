"""Public pages to read at leisure: how to tell and what happens, where help is, what the law says, the way out."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from tincay.core.clock import local_day
from tincay.core.law import LegalFact
from tincay.directory.pages import call_context, keys_page
from tincay.directory.queries import legal_facts, services_by_province
from tincay.web.packs import local_text, pack_toml, texts
from tincay.web.time import now


@require_GET
def guide(request: HttpRequest) -> HttpResponse:
    """How to tell, and what happens then; written to be read aloud."""
    text, language, facts = pack_toml("guide.toml"), get_language(), legal_facts()
    today = local_day(now())
    parts = [
        {
            "id": part["id"],
            "heading": local_text(part["heading"], language),
            "text": local_text(part["text"], language),
            "facts": [_shown(facts[name], today) for name in part.get("law", [])],
        }
        for part in text["parts"]
    ]
    page = {"title": local_text(text["title"], language), "lead": local_text(text["lead"], language)}
    child = next(part["heading"] for part in parts if part["id"] == "child")
    shown = {**page, "parts": parts, "child_heading": child, "texts": texts(), **call_context()}
    return render(request, "directory/guide.html", shown)


@require_GET
def history(request: HttpRequest) -> HttpResponse:
    """What the way out does not do, and how to erase a browser's history."""
    return render(request, "directory/history.html")


@require_GET
def places(request: HttpRequest) -> HttpResponse:
    """Services by province. A shelter is listed without its address."""
    return render(request, "directory/places.html", {"provinces": services_by_province()})


@require_GET
def keys(request: HttpRequest) -> HttpResponse:
    """Whose keys phones seal to, who signed that, and whether somebody outside has seen them."""
    return render(request, "directory/keys.html", keys_page())


@require_GET
def law(request: HttpRequest) -> HttpResponse:
    """Legal facts with source and day of review; what is from memory stands apart and says so."""
    today = local_day(now())
    facts = [_shown(fact, today) for fact in legal_facts().values()]
    certain = [fact for fact in facts if fact["known"]]
    unsure = [fact for fact in facts if not fact["known"]]
    return render(request, "directory/law.html", {"known": certain, "unsure": unsure})


def _shown(fact: LegalFact, today: date) -> dict[str, object]:
    language = get_language()
    return {
        "title": local_text(fact.title, language),
        "text": local_text(fact.text, language),
        "source": local_text(fact.source, language),
        "reviewed": fact.reviewed,
        "known": fact.may_be_shown(),
        "stale": fact.needs_review(today),
    }
