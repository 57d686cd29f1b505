"""The two web servers of an install: the main one, and the plain one for what comes in the clear.

The plain server's process is ended and begun anew every minute; its successor takes new requests some seconds before,
and it finishes those that it has. STAYS_IN_MEMORY is what the pages promise.
"""

import copy
import multiprocessing
import os
import signal
import threading
from datetime import timedelta

from django.conf import settings
from django.db import connections
from granian import Granian
from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from tincay.operations.memory import end_with, keep_to_itself
from tincay.web.in_the_clear import BESIDE

PLAIN_LIVES_S = 60
"""After so long the process of the plain server is replaced: the shortest that granian allows."""
PLAIN_FINISHES_S = 40
"""So long it may take for what it has begun. Then it is killed."""
STAYS_IN_MEMORY = timedelta(minutes=3)
"""The longest that a process of the plain server lives: twice its life, its successor's start, what it has begun."""
PLAIN_THREADS = 64
"""Most of them wait in line for one of two stretches (intake.flood)."""
NICE = 5
"""The plain server stretches codes, which costs much: what is sealed on phones goes first."""


def serve(*, address: str, port: int, plain_port: int, threads: int = 16) -> None:
    """Serve until stopped, both or none. No access log: nobody's address is read, let alone written."""
    # Empty on purpose (static files are served from the package), but it has to exist.
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    keep_to_itself()
    connections.close_all()  # a process that is forked would share them
    plain = multiprocessing.get_context("fork").Process(
        target=_serve_plain, args=(os.getpid(), address, plain_port, port), name="plain"
    )
    plain.start()
    threading.Thread(target=_end_with, args=(plain,), daemon=True).start()
    _tell_of(plain_port)
    sqlite = settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")
    try:
        Granian(
            "tincay.wsgi:main",
            factory=True,
            address=address,
            port=port,
            interface=Interfaces.WSGI,
            # One process on SQLite: the write lock and the flood gauge live in it.
            workers=1 if sqlite else max(2, os.cpu_count() or 1),
            blocking_threads=threads,
            backpressure=512,
            log_level=LogLevels.error,
            log_dictconfig=copy.deepcopy(
                settings.LOGGING
            ),  # granian's own handlers would print whole tracebacks
            log_access=False,
        ).serve()
    finally:
        plain.terminate()
        plain.join()


def _end_with(plain: multiprocessing.process.BaseProcess) -> None:
    """Without the plain server people without JavaScript stand before a closed door: all of it starts anew."""
    plain.join()
    os.kill(os.getpid(), signal.SIGTERM)


def _serve_plain(parent: int, address: str, port: int, main_port: int) -> None:
    end_with(parent)
    os.nice(NICE)
    _tell_of(main_port)
    serve_anew("tincay.wsgi:plain", address, port)


def serve_anew(target: str, address: str, port: int) -> None:
    """Serve from a process that is replaced every minute, with all that was sent to it."""
    Granian(
        target,
        factory=True,
        address=address,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        # A line that is kept would be cut when its process ends, perhaps under what somebody sends on it.
        http1_settings=HTTP1Settings(keep_alive=False),
        workers_lifetime=PLAIN_LIVES_S,
        workers_kill_timeout=PLAIN_FINISHES_S,
        blocking_threads=PLAIN_THREADS,
        backpressure=512,
        log_level=LogLevels.error,
        log_dictconfig=copy.deepcopy(settings.LOGGING),
        log_access=False,
    ).serve()


def _tell_of(port: int) -> None:
    """Without a proxy in front the two servers send people to each other's port."""
    os.environ[BESIDE] = "" if settings.TINCAY_HTTPS else str(port)
