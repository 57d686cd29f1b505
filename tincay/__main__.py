"""`python -m tincay WORD …`: the statistical tools, which know no database, or a management command."""

import os
import sys
from collections.abc import Callable


def main() -> int:
    """Run what the first word names; the exit code."""
    word, *rest = sys.argv[1:] or ["help"]
    tool = _tool(word)
    if tool:
        return tool(rest)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tincay.settings")
    os.umask(0o077)  # whatever a command makes is its owner's alone
    from django.core.exceptions import ImproperlyConfigured

    try:
        return _command(word, rest)
    except ImproperlyConfigured as wrong:
        print(wrong, file=sys.stderr)
        return 1


def _command(word: str, rest: list[str]) -> int:
    """A command, once everything is as it has to be. What an operator can put right is one sentence, no traceback."""
    import django
    from django.core.management import execute_from_command_line
    from django.db import Error

    django.setup()
    from tincay.operations import guards

    trouble: guards.CannotStart | None
    try:
        guards.check_command(word, rest)
        execute_from_command_line(["tincay", word, *rest])
    except guards.CannotStart as wrong:
        trouble = wrong
    except (Error, OSError) as error:
        trouble = guards.as_storage_trouble(error)
        if trouble is None:
            raise
    else:
        return 0
    if isinstance(trouble, guards.StorageTrouble):
        from tincay.operations.standing_in import stand_in

        try:
            stand_in(word, rest, trouble)
        except guards.CannotStart as wrong:
            trouble = wrong
    print(f"{word}: {trouble}", file=sys.stderr)
    return 1


def _tool(word: str) -> Callable[[list[str]], int] | None:
    """The tools start without Django: a statistician needs no settings, and they come up quickly."""
    if word == "estimate":
        from tincay.core.estimate.__main__ import main as estimate

        return estimate
    if word in ("release", "attack"):
        from tincay.core.release.__main__ import main as release

        return lambda rest: release([word, *rest])
    return None


if __name__ == "__main__":
    sys.exit(main())
