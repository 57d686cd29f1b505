"""What tests share is what each of them would have made itself, and none sees another's."""

import json
from datetime import datetime
from typing import Any

import pytest
from django.db import connection

from tests import shared
from tests.cast import SALT, Network, build_team, code_number, rows
from tests.shared import STRETCHES, Kept, filled, known_stretches
from tincay.core import sealing
from tincay.people.models import Organisation, User
from tincay.web.models import Install

KNOWN: dict[str, list[dict[str, str]]] = json.loads(STRETCHES.read_text(encoding="utf-8"))


@pytest.mark.slow
@pytest.mark.parametrize("kept", KNOWN["codes"], ids=lambda kept: kept["code"])
def test_a_known_code_is_what_the_product_makes_of_it(kept: dict[str, str]) -> None:
    made = shared.stretch_receipt(kept["code"], bytes.fromhex(kept["salt"]))
    assert made == known_stretches()[0][kept["code"], bytes.fromhex(kept["salt"])]


@pytest.mark.slow
@pytest.mark.parametrize("kept", KNOWN["passphrases"], ids=lambda kept: kept["passphrase"])
def test_a_known_passphrase_is_what_the_product_makes_of_it(kept: dict[str, str]) -> None:
    assert shared.stretch_passphrase(kept["passphrase"], bytes.fromhex(kept["salt"])) == kept["identity"]


def test_what_is_not_known_is_worked_out() -> None:
    code = code_number(4321)
    assert sealing.stretch_receipt(code, SALT) == shared.stretch_receipt(code, SALT)


def content() -> dict[str, Any]:
    return {table: shared._content(table) for table in filled()}


@pytest.mark.django_db
def test_rows_that_are_put_back_are_the_rows_that_were_built(install: Install, now: datetime) -> None:
    kept = Kept(build_team)
    first = kept.put()
    built = content()
    for table in built.keys() - {"web_install"}:
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table}")
    again = kept.put()
    assert content() == built
    assert again.organisation == first.organisation
    assert again.organisation is not first.organisation


@pytest.mark.django_db
def test_what_a_test_does_to_an_object_is_seen_by_no_other(install: Install) -> None:
    kept = Kept(build_team)
    kept.put().organisation.code = "changed"
    rows(User).update(is_active=False)
    assert not rows(Organisation).filter(code="changed").exists()
    assert rows(User).filter(is_active=True).count() == 0


@pytest.mark.django_db
def test_where_something_stands_in_the_way_it_is_built(network: Network) -> None:
    before = rows(Organisation).count()
    made = Kept(lambda: build_other())
    assert made.put() != made.put()
    assert rows(Organisation).count() == before + 2


def build_other() -> int:
    from tests.cast import new_organisation

    return new_organisation(f"nhom-{rows(Organisation).count()}").pk
