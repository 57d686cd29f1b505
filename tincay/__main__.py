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
    from django.core.management import execute_from_command_line

    execute_from_command_line(["tincay", word, *rest])
    return 0


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
