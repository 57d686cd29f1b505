"""What every page is given: the install's name, the other language, the way out and the staff menu."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse, translate_url
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import get_language

from tincay.web.models import this_install


@dataclass(frozen=True)
class MenuItem:
    """One entry of the staff menu: words, the name of its URL, an icon, and the right that opens it."""

    label: str | Promise
    url_name: str
    icon: str
    right: str


def install(request: HttpRequest) -> dict[str, Any]:
    """The context processor. Nothing is read from the database unless the page asks for it."""
    language = get_language() or settings.LANGUAGE_CODE
    return {
        "install": SimpleLazyObject(this_install),
        "install_name": SimpleLazyObject(lambda: this_install().name(language)),
        "home_address": home_address(language),
        "other_language": other_language(request.path, language),
        "exit_address": settings.TINCAY_EXIT_ADDRESS,
        # What the way out does not erase.
        "history_address": reverse("history"),
        "menu": SimpleLazyObject(lambda: staff_menu(request)),
        "worker_title": SimpleLazyObject(lambda: worker_title(request, language)),
    }


def home_address(language: str) -> str:
    """The front page: Vietnamese at /, every other language under its code."""
    return "/" if language == settings.LANGUAGE_CODE else f"/{language}/"


def other_language(path: str, language: str) -> dict[str, str]:
    """Where the same page is in the other language; its front page when this page has no address of its own."""
    code, name = next((code, str(name)) for code, name in settings.LANGUAGES if code != language)
    address = translate_url(path, code)
    return {"code": code, "name": name, "address": home_address(code) if address == path else address}


def staff_menu(request: HttpRequest) -> list[MenuItem]:
    """What this person may open. The menu points up to every app, so it stands beside the URLs as STAFF_MENU."""
    may: Callable[[str], bool] | None = getattr(request.user, "may", None)
    items: Sequence[MenuItem] = getattr(import_module(settings.ROOT_URLCONF), "STAFF_MENU", ())
    return [item for item in items if may and may(item.right)]


def worker_title(request: HttpRequest, language: str) -> str:
    """How the person who is signed in is called here; never more than colleagues know."""
    title: Callable[[str], str] | None = getattr(request.user, "title", None)
    return title(language) if title else ""
