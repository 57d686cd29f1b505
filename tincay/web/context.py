"""What every page is given: the install's name, the other language and the way out."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from tincay.web.models import this_install


def install(request: HttpRequest) -> dict[str, Any]:
    """The context processor. Nothing is read from the database unless the page asks for it."""
    language = get_language() or settings.LANGUAGE_CODE
    return {
        "install": SimpleLazyObject(this_install),
        "install_name": SimpleLazyObject(lambda: this_install().name(language)),
        "home_address": home_address(language),
        "other_language": other_language(request.path_info, language),
        "exit_address": settings.TINCAY_EXIT_ADDRESS,
    }


def home_address(language: str) -> str:
    """The front page: Vietnamese at /, every other language under its code."""
    return "/" if language == settings.LANGUAGE_CODE else f"/{language}/"


def other_language(path: str, language: str) -> dict[str, str]:
    """Where the same page is in the other language; its front page when this page has no address of its own."""
    code, name = next((code, str(name)) for code, name in settings.LANGUAGES if code != language)
    address = translate_url(path, code)
    return {"code": code, "name": name, "address": home_address(code) if address == path else address}
