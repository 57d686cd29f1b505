"""Where `serve` or `demo` cannot begin because of the disk or the database: the emergency pages meanwhile.

Whoever is in danger and opens the site finds whom to call. Nobody has to start the server once the trouble is over:
this process then becomes the command that was asked for, whose guards look at everything once more.
"""

import multiprocessing
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import wait
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.core.management import get_commands, load_command_class
from django.core.management.base import CommandError
from django.db import connections

from tincay.operations import guards
from tincay.operations.memory import end_with, keep_to_itself
from tincay.operations.serving import serve_anew

EVERY_S = 30.0
"""How often it is looked whether the trouble is over."""


class Place(NamedTuple):
    """Where a command would serve."""

    address: str
    ports: tuple[int, int]


def stand_in(word: str, rest: Sequence[str], trouble: guards.StorageTrouble) -> None:
    """In place of a command that serves, serve the emergency pages, then become that command; others return at once.

    Raises CannotStart where even that is not possible.
    """
    place = _place(word, rest)
    if place is None:
        return
    for port in place.ports:
        guards.port_is_free(place.address, port)
    with suppress(OSError):  # the disk in question
        guards.one_server(Path(settings.TINCAY_DATA))
    _say(f"{word}: {trouble} (until then whoever opens the site finds whom to call)")
    with _served(place) as ends:
        while not wait(ends, EVERY_S):
            if _is_over(word, rest):
                break
        else:
            raise guards.CannotStart("the emergency pages cannot be served either")
    _say(f"{word}: the disk and the database can be used again")
    os.execv(sys.executable, [sys.executable, "-m", "tincay", word, *rest])  # noqa: S606 -- the same command


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def _place(word: str, rest: Sequence[str]) -> Place | None:
    if word not in ("serve", "demo"):
        return None
    parser = load_command_class(get_commands()[word], word).create_parser("tincay", word)
    try:
        asked = vars(parser.parse_args(rest))
    except CommandError as wrong:
        raise guards.CannotStart(str(wrong)) from None
    if asked.get("load_only"):
        return None
    port = asked["port"]
    return Place(asked.get("address", "127.0.0.1"), (port, asked.get("plain_port") or port + 1))


@contextmanager
def _served(place: Place) -> Iterator[list[int]]:
    """Both servers, in processes of their own; what becomes ready when one of them ends."""
    connections.close_all()  # a process that is forked would share them
    fork = multiprocessing.get_context("fork")
    servers = [fork.Process(target=_serve, args=(os.getpid(), place.address, port)) for port in place.ports]
    for server in servers:
        server.start()
    try:
        yield [server.sentinel for server in servers]
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        for server in servers:
            server.terminate()
        for server in servers:
            server.join()


def _serve(parent: int, address: str, port: int) -> None:
    keep_to_itself()
    end_with(parent)
    serve_anew("tincay.wsgi:emergency", address, port)


def _is_over(word: str, rest: Sequence[str]) -> bool:
    """Whether the command can begin, or will say itself why it cannot."""
    try:
        guards.check_command(word, rest)
        guards.check_room()
    except guards.StorageTrouble:
        return False
    except guards.CannotStart:
        return True
    finally:
        connections.close_all()
    return True
