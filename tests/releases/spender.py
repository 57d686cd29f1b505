"""A process that spends 600,000 micro-rho of a budget: python -m tests.releases.spender DATABASE BUDGET PURPOSE.

It says where it is, a word a line, and goes on when it is handed a line: "ready" before it asks, "looked" between
looking at what is left and taking it, and in the end how that went.
"""

import sys
from datetime import date, datetime

import django
from django.conf import settings
from django.utils import timezone

from tests.patience import PATIENCE


def main(database: str, code: str, purpose: str) -> str:
    settings.DATABASES["default"]["NAME"] = database
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        settings.DATABASES["default"]["OPTIONS"]["timeout"] = PATIENCE
    django.setup()
    from tincay.core.release.budget import OverBudget
    from tincay.releases import actions
    from tincay.releases.models import PrivacyBudget

    def when_told(now: datetime) -> date:
        """Between looking at what is left and taking it there is time for another process to look."""
        say_and_wait("looked")
        return now.date()

    actions._day = when_told
    budget = PrivacyBudget.objects.get(code=code)
    say_and_wait("ready")
    try:
        actions.charge(budget=budget, purpose=purpose, micro_rho=600_000, now=timezone.now())
    except OverBudget:
        return "over budget"
    return "spent"


def say_and_wait(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()
    sys.stdin.readline()


if __name__ == "__main__":
    sys.stdout.write(main(*sys.argv[1:]))
