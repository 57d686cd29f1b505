"""`./run messages`: join the parts of each language's catalogue and compile it; `--check` only looks."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tincay.web import catalogues


class Command(BaseCommand):
    help = "Join locale/*/parts/*.po into django.po, compile django.mo, and say what is not translated."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="write nothing; fail when something is missing or stale"
        )

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        try:
            wrong = [
                finding for language in ("en", "vi") for finding in bring_up_to_date(language, check=check)
            ]
        except catalogues.BadCatalogue as error:
            raise CommandError(str(error)) from error
        for finding in wrong:
            self.stderr.write(finding)
        if wrong:
            raise CommandError(f"{len(wrong)} findings in the catalogues")
        self.stdout.write("catalogues complete")


def bring_up_to_date(language: str, *, check: bool) -> list[str]:
    """Write a language's catalogue from its parts and return what is wrong with it.

    English must translate everything that our sources say. Vietnamese is what they say already: its parts only
    put Django's own sentences into our words.
    """
    folder = Path(settings.LOCALE_PATHS[0]) / language
    entries = catalogues.read_parts(folder / "parts")
    sources = catalogues.messages_in(Path(settings.BASE_DIR) / "tincay") if language == "en" else {}
    made = {
        "django.po": catalogues.write_po(entries, language).encode(),
        "django.mo": catalogues.write_mo(entries, language),
    }
    target = folder / "LC_MESSAGES"
    stale = []
    for name, content in made.items():
        path = target / name
        if check and (not path.exists() or path.read_bytes() != content):
            stale.append(f"{language}/{name} is not what the parts give: ./run messages")
        elif not check:
            target.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    return stale + catalogues.findings(sources, entries)
