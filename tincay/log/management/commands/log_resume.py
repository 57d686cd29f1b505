"""After a restore: go on with the log that was published since the backup was made."""

import tarfile
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tincay.log.queries import LogDamaged
from tincay.log.resuming import published_files, resume_log
from tincay.web.time import now


class Command(BaseCommand):
    help = "Take in a published copy of this log (log.tar or a folder) that is longer than the restored database."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("copy", type=Path, help="log.tar as it was published, or a folder with its files")

    def handle(self, *args: Any, copy: Path, **options: Any) -> None:
        try:
            lost = resume_log(files=published_files(copy), now=now())
        except (LogDamaged, ValueError, OSError, tarfile.TarError) as wrong:
            raise CommandError(f"nothing was taken in: {wrong}") from None
        self.stdout.write(f"the log goes on; {lost} leaves have no row in this database")
