"""The proof that she takes away is checked by a program that has never seen our server."""

import base64
import json
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.test import Client

from tests.cast import WORDS, Hands, Network, Reporter, again, rows, step_in, url64
from tests.patience import PATIENCE
from tincay.core.ledger.leaf import Opened, open_leaf
from tincay.core.ledger.proof import parse_proof
from tincay.core.sealing import Identity, Sealed, answer_challenge
from tincay.log import keys
from tincay.log.actions import sign_checkpoint
from tincay.log.models import Queued
from tincay.reports.steps import finish
from tincay.vault.models import Opening
from tincay.visit.session import visitor_with


def verified(file: Path) -> bool:
    command = [sys.executable, "-m", "tincay.core.ledger", "verify", str(file)]
    return subprocess.run(command, capture_output=True, timeout=PATIENCE, check=False).returncode == 0


def test_the_file_is_valid_and_one_changed_letter_makes_it_invalid(
    network: Network, clock: Hands, client: Client, reporter: Reporter, tmp_path: Path
) -> None:
    reporter.send()
    sign_checkpoint(now=clock.now)
    client.post("/back/", {"plain-code": reporter.code})
    answer = client.get("/back/proof/file/")
    text = answer.content.decode()
    assert "log-proof.txt" in answer["Content-Disposition"]
    assert WORDS not in text
    assert reporter.code not in text
    whole, spoiled = tmp_path / "whole.txt", tmp_path / "spoiled.txt"
    whole.write_text(text)
    middle = text.index("extra ") + 40
    spoiled.write_text(text[:middle] + ("A" if text[middle] != "A" else "B") + text[middle + 1 :])
    assert verified(whole)
    assert not verified(spoiled)


def test_before_the_log_has_signed_the_page_says_so(
    network: Network, clock: Hands, client: Client, reporter: Reporter
) -> None:
    sign_checkpoint(now=clock.now)
    reporter.send()
    client.post("/back/", {"plain-code": reporter.code})
    assert "vào sổ đêm nay" in client.get("/back/proof/").content.decode()
    assert client.get("/back/proof/file/").status_code == 404


def test_a_leaf_that_the_log_never_took_is_called_missing(
    network: Network, clock: Hands, client: Client, reporter: Reporter
) -> None:
    sign_checkpoint(now=clock.now)
    reporter.send()
    Queued.objects.all().delete()
    sign_checkpoint(now=clock.now + timedelta(days=1))
    client.post("/back/", {"plain-code": reporter.code})
    assert "Sổ đã không giữ lời" in client.get("/back/proof/").content.decode()


# With a script: the leaf is named by her browser, and no row says whose it is


def first_leaf(reporter: Reporter) -> Opened:
    """What her browser finds when it opens the first opening."""
    row = rows(Opening).get(number=1)
    return open_leaf(step_in(row, reporter.keys.identity).opening)


def open_visit(client: Client, reporter: Reporter) -> str:
    """Come in with a script, as the receipt proves itself; the token that her pages carry."""

    def post(path: str, **body: str) -> dict[str, str]:
        told: dict[str, str] = client.post(path, json.dumps(body), content_type="application/json").json()
        return told

    asked = post("/back/ask/", locator=url64(reporter.keys.locator))
    sealed = Sealed(base64.b64decode(asked["challenge"]))
    proved = answer_challenge(sealed, reporter.keys.identity, reporter.keys.locator, asked["ticket"].encode())
    post("/back/in/", ticket=asked["ticket"], answer=url64(proved))
    visitor = visitor_with(Identity(client.cookies["visit"].value))
    return visitor.token


def ask(client: Client, opened: Opened, **headers: str) -> Any:
    asked = {"v": 1, "leaf": url64(opened.data), "day": opened.day.isoformat()}
    return client.post(
        "/back/proof/leaf/", json.dumps(asked), content_type="application/json", headers=headers
    )


def test_her_browser_asks_for_the_leaf_that_only_it_can_name(
    network: Network, clock: Hands, client: Client, reporter: Reporter
) -> None:
    sign_checkpoint(now=clock.now)
    reporter.send()
    token = open_visit(client, reporter)
    opened = first_leaf(reporter)
    assert ask(client, opened, x_csrftoken=token).json() == {"standing": "waiting", "proof": ""}
    sign_checkpoint(now=clock.now + timedelta(days=1))
    answer = ask(client, opened, x_csrftoken=token).json()
    assert answer["standing"] == "signed"
    assert parse_proof(answer["proof"]).verify(opened.leaf_hash, keys.trusted_policy())


def test_what_names_no_leaf_is_refused_and_nobody_asks_from_outside(
    network: Network, clock: Hands, client: Client, reporter: Reporter
) -> None:
    reporter.send()
    opened = first_leaf(reporter)
    assert ask(client, opened).status_code == 401
    token = open_visit(client, reporter)
    assert ask(client, opened).status_code == 401
    assert ask(client, replace(opened, data=b"short"), x_csrftoken=token).json() == {"error": "malformed"}


def test_no_page_and_no_row_says_where_a_leaf_of_a_report_stands(
    network: Network, clock: Hands, client: Client, reporter: Reporter
) -> None:
    """With a script nothing but her phone finds it; of a closed report not even the promise stays."""
    sent = reporter.send()
    network.helper.bring(sent, "handled")
    finish(report=again(sent), now=clock.now)
    sign_checkpoint(now=clock.now)
    opened = first_leaf(reporter)
    open_visit(client, reporter)
    shown = client.get("/back/proof/").content.decode()
    told = (base64.b64encode(opened.leaf_hash).decode(), opened.leaf_hash.hex(), opened.data.hex())
    assert not any(each in shown for each in told)
    assert again(sent).promise == ""
