"""A log in the database of the test, a stranger's copy of it, and a witness that really runs."""

import io
import runpy
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from pytest_django.fixtures import Settings

from tests.patience import PATIENCE
from tincay.core.ledger.audit import Audited, audit
from tincay.core.ledger.checkpoint import CheckpointBody
from tincay.core.ledger.merkle import Frontier
from tincay.log import actions, keys, witnesses
from tincay.log.actions import Appended
from tincay.log.models import Checkpoint, Cosignature, Head, Leaf, Tile
from tincay.log.sequencing import add_leaves
from tincay.web.models import Install

WITNESS = Path(__file__).parents[2] / "witness" / "witness.py"
WITNESS_CODE = runpy.run_path(str(WITNESS))


@dataclass
class Hand:
    """Does what the product does with the log, and what somebody with the server's disk and keys could do."""

    now: datetime
    client: Client

    def append(self, count: int = 1, kind: str = "report_received", **facts: str | int) -> list[Appended]:
        with transaction.atomic():
            event = facts or {"record": "0" * 32}
            return [actions.append_leaf(kind=kind, event=event, now=self.now) for _ in range(count)]

    def sign(self) -> Checkpoint:
        return actions.sign_checkpoint(now=self.now)

    def next_day(self) -> None:
        self.now += timedelta(days=1)

    def download(self) -> dict[str, bytes]:
        """The whole log as any visitor gets it."""
        answer = self.client.get("/log/log.tar")
        assert answer.status_code == 200
        with tarfile.open(fileobj=io.BytesIO(b"".join(streamed(answer)))) as archive:
            files = {member.name: archive.extractfile(member) for member in archive}
        return {name: content.read() for name, content in files.items() if content}

    def audit(self, *earlier: str) -> Audited:
        return audit(self.download(), earlier=earlier)

    def placed(self, count: int = 1, kind: str = "report_received", **facts: str | int) -> list[Appended]:
        """Leaves that have got their places: queued, and signed on the next day."""
        appended = self.append(count, kind=kind, **facts)
        self.next_day()
        self.sign()
        return appended

    def rewrite(self, change: Callable[[list[bytes]], list[bytes]]) -> None:
        """Write the whole log anew after `change`, with every hash and the log's own signature right."""
        leaves = change([bytes(leaf.data) for leaf in Leaf.objects.order_by("index")])
        for rows in (
            Cosignature.objects.all(),
            Checkpoint.objects.all(),
            Leaf.objects.all(),
            Tile.objects.all(),
            Head.objects.all(),
        ):
            rows.delete()
        with transaction.atomic():
            Head.objects.create(id=1, day=f"{self.now.date()}")
            after = add_leaves(Frontier(), leaves)
            signer = keys.log_signer()
            note = signer.sign(CheckpointBody(signer.name, after.size, after.root()).text)
            Checkpoint.objects.create(day=self.now.date(), size=after.size, note=note)


@pytest.fixture
def hand(install: Install, now: datetime, client: Client, settings: Settings) -> Hand:
    return Hand(now, client)


def streamed(answer: Any) -> Iterator[bytes]:
    """The parts of an answer that is made while it is sent."""
    yield from answer.streaming_content


@dataclass
class RunningWitness:
    """A witness in a process, a folder and with a key of its own."""

    folder: Path
    vkey: str
    address: str = ""
    process: subprocess.Popen[str] | None = None

    def command(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, str(WITNESS), *arguments],
            capture_output=True,
            text=True,
            check=True,
            timeout=PATIENCE,
        )
        return done.stdout.strip()

    def start(self, *options: str) -> None:
        arguments = [sys.executable, str(WITNESS), "serve", str(self.folder), "--port", "0", *options]
        self.process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        self.address = self.process.stdout.readline().strip()

    def stop(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
            assert self.process.stdout
            self.process.stdout.close()
            self.process = None


@pytest.fixture
def witness(
    hand: Hand, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[RunningWitness]:
    """One witness that knows this log; the install asks for its cosignature, and waits for it."""
    monkeypatch.setattr(witnesses, "TIMEOUT", PATIENCE)
    made = WITNESS_CODE["create"](tmp_path / "witness", "w1.example/witness")
    made.trust(actions.create_log_key())
    started = RunningWitness(made.folder, made.vkey)
    started.start()
    settings.TINCAY_WITNESSES = [f"{started.vkey} {started.address}"]
    settings.TINCAY_WITNESS_QUORUM = 1
    yield started
    started.stop()


def cosign(checkpoint: Checkpoint) -> None:
    """What the `checkpoint` command does with each witness."""
    for witness in keys.trusted_policy().witnesses.values():
        actions.add_cosignature(checkpoint=checkpoint, lines=witnesses.ask(witness, checkpoint))
