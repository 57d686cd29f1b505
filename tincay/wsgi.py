"""What the two web servers load (operations.serving): each calls its function here in its own processes."""

import os
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tincay.settings")


def main() -> Callable[..., Any]:
    """The main server: everything but what comes in the clear, and the work beside it."""
    application = get_wsgi_application()

    from tincay.directory.numbers import keep_copy
    from tincay.estimates.worker import keep_working
    from tincay.operations.memory import end_with, keep_to_itself
    from tincay.operations.timer import start_timer
    from tincay.web.in_the_clear import MAIN, wsgi

    keep_to_itself()
    end_with(os.getppid())
    keep_copy()
    keep_working()
    if settings.TINCAY_TIMER:
        start_timer()
    return wsgi(MAIN, application)


def plain() -> Callable[..., Any]:
    """The plain server: what people without JavaScript send and see."""
    application = get_wsgi_application()

    from tincay.intake.tallies import share_counts
    from tincay.operations.memory import end_with, keep_to_itself
    from tincay.web.in_the_clear import PLAIN, wsgi

    keep_to_itself()
    end_with(os.getppid())
    share_counts()
    return wsgi(PLAIN, application)


def emergency() -> Callable[..., Any]:
    """Either server while the database cannot be used."""
    from tincay.operations.emergency import application
    from tincay.operations.memory import end_with, keep_to_itself

    keep_to_itself()
    end_with(os.getppid())
    return application()
