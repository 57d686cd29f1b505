"""Whatever a form of ours finds wrong is said in our own words, in both languages: no sentence is Django's."""

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.apps import apps
from django.conf import settings
from django.utils import translation

from tincay.intake.forms import PlainReport
from tincay.web.catalogues import read_parts

pytestmark = pytest.mark.django_db


def our_forms() -> Iterator[Any]:
    for app in apps.get_app_configs():
        name = f"{app.name}.forms"
        if app.name.startswith("tincay.") and find_spec(name):
            for found in vars(import_module(name)).values():
                if isinstance(found, type) and issubclass(found, forms.BaseForm) and found.__module__ == name:
                    yield found


def message_id(message: object) -> str:
    """The sentence as it is looked up, also where it has a plural."""
    plural = getattr(message, "_kw", {}).get("singular")
    with translation.override(None):
        return str(plural or message)


def sentences() -> set[str]:
    fields = [field for form in our_forms() for field in form.base_fields.values()]
    assert len(fields) > 40
    fields += PlainReport(kind="tell").fields.values()
    said = [message for field in fields for message in field.error_messages.values()]
    said += [one.message for field in fields for one in field.validators if hasattr(one, "message")]
    return {message_id(message) for message in said}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_sentence_that_a_field_can_say_is_ours(language: str) -> None:
    parts = read_parts(Path(settings.BASE_DIR) / "locale" / language / "parts")
    ours = {text for _, text in parts}
    english = {text for _, text in read_parts(Path(settings.BASE_DIR) / "locale" / "en" / "parts")}
    # A sentence of ours is Vietnamese: its own text is what a Vietnamese page shows.
    of_django = {text for text in sentences() if text.isascii()}
    assert "Null characters are not allowed." in of_django
    assert of_django <= ours
    assert sentences() - of_django <= english
