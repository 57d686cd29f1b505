"""`tincay serve`: the two web servers. On SQLite with the scheduled work, on PostgreSQL without."""

import logging
from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from tincay.operations.guards import CannotStart, port_is_free
from tincay.operations.memory import may_be_swapped
from tincay.operations.serving import serve

logger = logging.getLogger("tincay.memory")


class Command(BaseCommand):
    help = "Serve the product."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--address", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument(
            "--plain-port", type=int, help="where the proxy sends /plain/ to; the next port unless said"
        )

    def handle(self, *, address: str, port: int, plain_port: int | None, **options: object) -> None:
        beside = plain_port or port + 1
        try:
            for one in (port, beside):
                port_is_free(address, one)
        except CannotStart as wrong:
            raise CommandError(str(wrong)) from None
        if may_be_swapped():
            logger.warning(
                "this machine may write our memory to its swap: set MemorySwapMax=0, or turn swap off"
            )
        serve(address=address, port=port, plain_port=beside)
