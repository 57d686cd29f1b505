"""The proof that she takes away is checked by a program that has never seen our server."""

import subprocess
import sys
from pathlib import Path

from django.test import Client

from tests.cast import WORDS, Hands, Network, Reporter
from tests.patience import PATIENCE
from tincay.log.actions import sign_checkpoint


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
    reporter.send()
    client.post("/back/", {"plain-code": reporter.code})
    assert "chậm nhất trong 24 giờ" in client.get("/back/proof/").content.decode()
    assert client.get("/back/proof/file/").status_code == 404
