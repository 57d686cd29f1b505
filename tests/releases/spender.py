"""A process that spends 600,000 micro-rho of a budget: python -m tests.releases.spender DATABASE BUDGET PURPOSE."""

import sys
import time
from datetime import date, datetime

import django
from django.conf import settings
from django.utils import timezone


def main(database: str, code: str, purpose: str) -> str:
    settings.DATABASES["default"]["NAME"] = database
    django.setup()
    from tincay.core.release.budget import OverBudget
    from tincay.releases import actions
    from tincay.releases.models import PrivacyBudget

    def slowly(now: datetime) -> date:
        """Between looking at what is left and taking it there is time for another process to look."""
        time.sleep(1)
        return now.date()

    actions._day = slowly
    budget = PrivacyBudget.objects.get(code=code)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    try:
        actions.charge(budget=budget, purpose=purpose, micro_rho=600_000, now=timezone.now())
    except OverBudget:
        return "over budget"
    return "spent"


if __name__ == "__main__":
    sys.stdout.write(main(*sys.argv[1:]))
