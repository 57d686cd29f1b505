"""What the web server loads."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tincay.settings")
application = get_wsgi_application()

from tincay.estimates.worker import keep_working  # noqa: E402 -- Django has to be set up first

keep_working()

if settings.TINCAY_TIMER:
    from tincay.operations.timer import start_timer

    start_timer()
