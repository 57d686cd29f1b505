"""`tincay serve`: the web server. On SQLite one process with its timer, on PostgreSQL several without."""

import copy
import os
from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from tincay.log import queries


def serve(*, address: str, port: int, threads: int = 16) -> None:
    """Serve until stopped. No access log: nobody's address is read, let alone written."""
    # Empty on purpose (static files are served from the package), but it has to exist.
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    sqlite = settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")
    Granian(
        "tincay.wsgi:application",
        address=address,
        port=port,
        interface=Interfaces.WSGI,
        # One process on SQLite: the write lock and the flood gauge live in it.
        workers=1 if sqlite else max(2, os.cpu_count() or 1),
        blocking_threads=threads,
        backpressure=512,
        log_level=LogLevels.error,
        log_dictconfig=copy.deepcopy(settings.LOGGING),  # granian's own handlers would print whole tracebacks
        log_access=False,
    ).serve()


class Command(BaseCommand):
    help = "Serve the product."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--address", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *, address: str, port: int, **options: object) -> None:
        try:
            queries.check_origin()
        except queries.LogDamaged as wrong:
            raise CommandError(str(wrong)) from None
        serve(address=address, port=port)
