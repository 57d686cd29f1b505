"""A person without JavaScript: opens the page, fills in the plain form, sends it, reads the promise.

All pages of the form are one form: a request that names none of them sends it.
"""

import re
import time
from html import unescape
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from tests.patience import PATIENCE


def send(address: str, words: str) -> float:
    """Seconds from pressing "Gửi" until the page with receipt and promise is there."""
    with urlopen(f"{address}/tell/plain/", timeout=PATIENCE) as answer:
        page, form = answer.read().decode(), answer.url  # at the server for what comes in the clear
    fields = {"plain-need": "just_listen", "plain-harmed": "yes", "plain-words": words}
    for tag in re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", page):
        name, value = (re.search(rf'{part}="([^"]*)"', tag) for part in ("name", "value"))
        if name and value and name[1].startswith("plain-"):
            fields[name[1]] = unescape(value[1])
    begun = time.perf_counter()
    request = Request(form, data=urlencode(fields).encode())
    with urlopen(request, timeout=PATIENCE) as answer:
        promise = answer.read().decode()
    assert "tincay-promise/v1" in promise, "no promise on the page"
    return time.perf_counter() - begun
