"""A backup of the database, as an operator makes it, gives up no word, no name, no code."""

import sqlite3
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from tests.browser.never import spellings
from tests.cast import Network, Reporter
from tincay.core import receipts
from tincay.web.packs import things

PLANTED = "ZYXQ-MƯA đầu ngõ"
NAME = "QXZN Hồng Vân"
MESSAGE = "QZVM em vẫn ở chỗ cũ"


def backup(folder: Path) -> bytes:
    """What docs/operating.md tells the operator to run."""
    database = settings.DATABASES["default"]
    if connection.vendor == "sqlite":
        target = folder / "backup.sqlite3"
        with sqlite3.connect(target) as copy:
            connection.connection.backup(copy)
        copy.close()
        return target.read_bytes()
    dump = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_dump"))[-1]
    parameters = connection.get_connection_params()
    command: list[str] = [
        str(dump),
        "-h",
        str(database["HOST"]),
        "-p",
        str(database["PORT"]),
        "-U",
        str(database["USER"]),
    ]
    done = subprocess.run([*command, str(parameters["dbname"])], stdout=subprocess.PIPE, check=True)
    return done.stdout


@pytest.mark.django_db(transaction=True)
def test_a_backup_holds_neither_words_nor_names_nor_the_code(
    network: Network, reporter: Reporter, tmp_path: Path
) -> None:
    reporter.send(words=PLANTED, fields={"name": NAME})
    reporter.write(MESSAGE)
    code = reporter.code
    secrets = [
        PLANTED,
        NAME,
        MESSAGE,
        code,
        receipts.grouped(code),
        *(" ".join(row) for row in zip(*receipts.to_things(code, things()), strict=True)),
    ]
    kept = backup(tmp_path)
    assert reporter.keys.locator in kept or reporter.keys.locator.hex().encode() in kept, (
        "not a backup of this"
    )
    for secret in [*secrets, network.helper.passphrase, str(reporter.keys.identity), str(network.helper.key)]:
        for spelling in spellings(secret):
            assert spelling not in kept, "a backup gives something up"
