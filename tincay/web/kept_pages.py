"""Pages that differ from one visitor to the next in one place only: made once in a while, not for each.

Such a page is the same for everybody who has its address, and is asked for by many at once. It is made at most every
KEPT_S seconds, and what stands before its one place is compressed then; only the rest is done for each visitor.
"""

import threading
import time
import zlib
from collections.abc import Callable, Hashable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

KEPT_S = 2.0
"""Seconds for which a page may be behind what it tells of."""
PLACE = "the-place-of-what-differs"
"""What a page has in its one place while it is made."""
GZIP = 31
"""zlib's number for its largest window with gzip's head and check (RFC 1952)."""


class KeptPage:
    """A page in two halves; the first one also compressed, as far as it goes."""

    def __init__(self, page: str) -> None:
        self._before, self._after = (half.encode() for half in page.split(PLACE))
        self._compressor = zlib.compressobj(9, zlib.DEFLATED, GZIP)
        self._compressed = self._compressor.compress(self._before)

    def answer(self, request: HttpRequest, differs: str) -> HttpResponse:
        rest = differs.encode() + self._after
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            going_on = self._compressor.copy()
            response = HttpResponse(self._compressed + going_on.compress(rest) + going_on.flush())
            response.headers["Content-Encoding"] = "gzip"
        else:
            response = HttpResponse(self._before + rest)
        patch_vary_headers(response, ("Accept-Encoding",))
        return response


_lock = threading.Lock()
_kept: dict[Hashable, tuple[float, KeptPage]] = {}


def kept_page(key: Hashable, make: Callable[[], str]) -> KeptPage:
    """The page under this key, made anew when it is too old. What `make` raises is raised, and nothing is kept."""
    with _lock:  # many come at once: one makes it
        until, page = _kept.get(key, (0.0, None))
        if page is None or time.monotonic() >= until:
            page = KeptPage(make())
            _kept[key] = time.monotonic() + KEPT_S, page
        return page
