"""A copy of the demo, and everybody who looks at it: her, a desk, the operator's command, a witness, a stranger."""

import html
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen
from uuid import UUID

import pytest
from django.conf import settings
from django.conf.global_settings import PASSWORD_HASHERS
from django.core.cache import cache
from django.db import connection
from django.test import Client, override_settings
from django.urls import reverse

from tests.demo.loaded import TINCAY, environment
from tests.log.conftest import streamed
from tests.patience import PATIENCE, wait_until
from tests.tampering.attacker import DATABASE, Attacker
from tests.tampering.desk_page import Shown, proof, read_desk_page
from tincay.demo.install import DemoAccount, demo_codes, sign_ins
from tincay.demo.management.commands.demo import free_port
from tincay.log import totals
from tincay.log.checkpointing import close_the_day
from tincay.people.models import User
from tincay.web.models import this_install
from tincay.web.time import now

CODES = dict(demo_codes().values())
"""The receipt codes that the demo prints, by code name."""
HELPER = "ho-tro-2"
WITNESS = "witness"
"""The folder of the copy's witness: with its key and what it saw, `line` is how the log knows it."""
KEPT = "kept-checkpoint"
"""A checkpoint as a stranger kept it."""


def witness_line(folder: Path) -> str:
    """How the install of this folder names its witness."""
    return (folder / WITNESS / "line").read_text()


def account(username: str) -> DemoAccount:
    """As the demo prints it."""
    return next(one for one in sign_ins() if one.username == username)


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


def confirmed(username: str) -> Client:
    """The same, and this person has just given the printed password once more, as before keys change."""
    client = signed_in(username)
    cache.clear()  # how often somebody confirms in a minute is counted there, and outlives a test
    # The demo was made by a process of its own, with the product's own hashes.
    with override_settings(PASSWORD_HASHERS=PASSWORD_HASHERS):
        answer = client.post(reverse("account_reauthenticate"), {"password": account(username).password})
    assert answer.status_code == 302
    return client


@contextmanager
def standing_on(folder: Path) -> Iterator[None]:
    """This process works on another data folder; what it remembers of the one before is forgotten."""
    _forget()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(connection.settings_dict, "NAME", folder / DATABASE)
        patch.setattr(settings, "TINCAY_DATA", folder)
        patch.setattr(settings, "TINCAY_DEMO", True)
        patch.setattr(settings, "TINCAY_WITNESSES", [witness_line(folder)])
        patch.setattr(settings, "TINCAY_WITNESS_QUORUM", 1)
        try:
            yield
        finally:
            _forget()


def _forget() -> None:
    connection.close()
    this_install.cache_clear()
    totals._totals.cache_clear()


@dataclass
class DemoCopy:
    """A data folder that nobody else has; this process stands on it."""

    folder: Path

    @property
    def attacker(self) -> Attacker:
        return Attacker(self.folder)

    @property
    def today(self) -> str:
        return f"{now():%Y-%m-%d}"

    def her(self, code: str) -> "HerPages":
        """What a phone without a script is shown behind a code: checked in memory, by the rules of the script."""
        client = Client()
        assert self.knock(code, client) == 302, "the code opens nothing"
        return HerPages(client)

    def knock(self, code: str, client: Client | None = None) -> int:
        """What the door answers to a code: 302 where it opens, 404 where it opens nothing."""
        return (client or Client()).post("/back/", {"plain-code": code}).status_code

    def desk(self, name: str, username: str = HELPER) -> Shown:
        """What a helper is shown of a report who has typed the printed passphrase."""
        client, report = signed_in(username), UUID(self.attacker.report(name))
        passphrase = account(username).passphrase
        page = client.get(f"/desk/r/{report}/").content.decode()
        shown = proof(page, client.get(f"/desk/r/{report}/challenge/").json(), passphrase)
        assert client.post(f"/desk/r/{report}/open/", headers=shown).status_code == 302
        answer = client.get(f"/desk/r/{report}/")
        assert answer.status_code == 200
        return read_desk_page(answer.content.decode(), passphrase)

    def desk_page(self, name: str, username: str = HELPER) -> str:
        """The page of a report as a helper finds it, nothing opened, without what only a script shows."""
        answer = signed_in(username).get(f"/desk/r/{UUID(self.attacker.report(name))}/")
        assert answer.status_code == 200
        only_by_script = r'<div class="wrong" role="alert" data-when-forged hidden>.*?</div>'
        return html.unescape(re.sub(only_by_script, "", answer.content.decode(), flags=re.DOTALL))

    def log_verify(self) -> str:
        """What the command complains of, in a process of its own; "" where all holds."""
        done = self._run([*TINCAY, "log_verify"])
        assert done.returncode == (1 if done.stderr else 0), done.stderr
        return done.stderr

    def sign(self, *, days: int = 1) -> Mapping[str, str]:
        """The next signing: what each witness answered, "" where it signed. Raises log.queries.LogDamaged."""
        return close_the_day(now=now() + timedelta(days=days)).answers

    def audit(self, *earlier: Path) -> str:
        """What a stranger's check of a downloaded log complains of; `earlier` are checkpoints that somebody kept."""
        copy = self.folder / "log.tar"
        copy.write_bytes(b"".join(streamed(Client().get("/log/log.tar"))))
        kept = [part for path in earlier for part in ("--earlier", str(path))]
        done = self._run([sys.executable, "-m", "tincay.core.ledger", "audit", str(copy), *kept])
        assert done.returncode in (0, 1), done.stderr
        return done.stdout if done.returncode else ""

    @property
    def kept(self) -> Path:
        return self.folder / KEPT

    def _run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=settings.BASE_DIR, env=self._environment, capture_output=True, text=True, check=False
        )

    @property
    def _environment(self) -> dict[str, str]:
        return environment(
            self.folder, TINCAY_WITNESSES=json.dumps([witness_line(self.folder)]), TINCAY_WITNESS_QUORUM="1"
        )

    @contextmanager
    def served(self) -> Iterator[str]:
        """`tincay serve` on this copy, in a process of its own: its address."""
        port = free_port()
        process = subprocess.Popen(
            [*TINCAY, "serve", "--port", str(port)],
            cwd=settings.BASE_DIR, env=self._environment, start_new_session=True,
        )  # fmt: skip
        try:
            wait_until(lambda: _answers(port, process), "the server's first answer")
            yield f"http://localhost:{port}"
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(PATIENCE)


def _answers(port: int, process: subprocess.Popen[bytes]) -> bool:
    assert process.poll() is None, "the server ended"
    try:
        urlopen(f"http://127.0.0.1:{port}", timeout=PATIENCE).close()
    except URLError:
        return False
    return True


class HerPages:
    """Her pages, as they are when she looks."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def page(self, path: str) -> str:
        answer = self.client.get(path)
        assert answer.status_code == 200, path
        return html.unescape(answer.content.decode())

    @property
    def home(self) -> str:
        return self.page("/back/now/")

    @property
    def data(self) -> str:
        return self.page("/back/data/")


def warns(page: str) -> bool:
    """Whether a page of hers says that something is not as she sent it."""
    return "data-when-forged" in page
