"""`tincay demo`: an install with invented data in a folder of its own, served on this machine."""

import gc
import json
import os
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from subprocess import PIPE

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from tincay.demo.install import NotEmpty, demo_codes, load_demo, sign_ins
from tincay.log.actions import create_log_key
from tincay.operations.guards import CannotStart, port_is_free
from tincay.operations.serving import serve
from tincay.web.models import Install


class Command(BaseCommand):
    help = "Load the invented data once, then serve it on 127.0.0.1."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--load-only", action="store_true", help="load, print, do not serve")

    def handle(self, *, port: int, load_only: bool, **options: object) -> None:
        begun = time.monotonic()
        Path(settings.TINCAY_DATA).mkdir(parents=True, exist_ok=True, mode=0o700)
        call_command("migrate", verbosity=0)
        self._load()
        self._print(port)
        self.stdout.write(f"({time.monotonic() - begun:.0f} s)\n")
        self.stdout.flush()
        if not load_only:
            _check_port(port)
            _check_port(port + 1)
            with demo_witness():
                call_command("checkpoint", stdout=self.stdout)
                serve(address="127.0.0.1", port=port, plain_port=port + 1)

    def _load(self) -> None:
        if Install.objects.filter(demo=True).exists():
            return
        gc.disable()  # hundreds of thousands of short-lived rows, no cycles worth looking for
        try:
            load_demo(self._say)
            call_command("load_estimates", stdout=StringIO())
        except NotEmpty:
            raise CommandError(
                "This data folder belongs to a real install. Name another one in TINCAY_DATA."
            ) from None
        finally:
            gc.enable()
        self.stdout.write("")

    def _say(self, text: str) -> None:
        self.stdout.write(f"\r{text:<40}", ending="")
        self.stdout.flush()

    def _print(self, port: int) -> None:
        write = self.stdout.write
        write("\nDữ liệu mẫu — không có người thật. / Sample data: no real people.\n")
        write(f"  http://127.0.0.1:{port}/          her phone · máy của người báo")
        write(f"  http://127.0.0.1:{port}/desk/     the desk · bàn làm việc\n")
        write("Sign in (password, then the six digits of the TOTP secret), unlock (passphrase):")
        for user in sign_ins():
            unlock = f"  unlock: {user.passphrase}" if user.passphrase else ""
            write(f"  {user.username:<14} {user.password:<26} TOTP {user.totp}{unlock}   [{user.role}]")
        write("\nReceipts of the described reports (Xem lại · /back/):")
        for name, (code_name, code) in demo_codes().items():
            groups = " ".join(code[i : i + 4] for i in range(0, len(code), 4))
            write(f"  {name:<4} {code_name:<9} {groups}")
        write("\nThe log of this demo carries demo dates, and one machine alone proves nothing.")
        write(
            "`./run tincay demo_clock +3wd` moves the demo's clock. `./run tincay totp SECRET` shows six digits."
        )


@contextmanager
def demo_witness() -> Iterator[None]:
    """A witness in a process and a folder of its own, with its own key. On one machine it proves nothing."""
    folder = Path(settings.TINCAY_DATA) / "witness"
    program = [sys.executable, str(settings.BASE_DIR / "witness/witness.py")]
    if not folder.exists():
        subprocess.run([*program, "init", folder, "--name", "witness.invalid/demo"], check=True, stdout=PIPE)
        subprocess.run([*program, "trust", folder, create_log_key()], check=True, stdout=PIPE)
    key = subprocess.run([*program, "key", folder], check=True, stdout=PIPE, text=True).stdout.strip()
    port = free_port()
    offset = int(Install.objects.get().demo_offset.total_seconds())
    serving = subprocess.Popen(
        [*program, "serve", folder, "--port", str(port), "--demo-offset", str(offset)],
        stdout=subprocess.DEVNULL,
    )
    settings.TINCAY_WITNESSES = [f"{key} http://127.0.0.1:{port}"]
    settings.TINCAY_WITNESS_QUORUM = 1
    # The server's own process reads its settings from the environment.
    os.environ["TINCAY_WITNESSES"] = json.dumps(settings.TINCAY_WITNESSES)
    os.environ["TINCAY_WITNESS_QUORUM"] = "1"
    try:
        _await(port)
        yield
    finally:
        serving.terminate()
        serving.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await(port: int) -> None:
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)


def _check_port(port: int) -> None:
    try:
        port_is_free("127.0.0.1", port)
    except CannotStart as wrong:
        raise CommandError(f"{wrong}. Try ./run demo --port {port + 1}") from None
