"""The public pages of the log. Everybody may see all of them, and they show nothing finer than a day."""

from typing import NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tincay.core.ledger.tiles import BadTile, parse_tile_path
from tincay.log import archive, keys, queries, totals
from tincay.web.models import this_install
from tincay.web.packs import label

TEXT = "text/plain; charset=utf-8"
FOR_GOOD = "public, max-age=31536000, immutable"


class KindCount(NamedTuple):
    """One kind of step, in the reader's language."""

    label: str
    times: int
    at_least: bool = False


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """What the log is, how far it is published, who saw it, and its totals."""
    counted = totals.totals()
    context = {
        "published": queries.latest(),
        "policy": keys.trusted_policy(),
        "quorum": keys.needed_witnesses(),
        "demo": this_install().is_demo,
        "week_start": counted.week_start,
        "week": [KindCount(_label(kind), number) for kind, number in counted.week.items()],
        "quarters": [(quarter, _rows(quarter)) for quarter in counted.quarters],
    }
    return render(request, "log/log.html", context)


@require_safe
def check_yourself(request: HttpRequest) -> HttpResponse:
    """Check a downloaded proof in the browser, also without a connection once the page is open."""
    return render(
        request, "log/check.html", {"policy": keys.trusted_policy(), "demo": this_install().is_demo}
    )


@require_safe
def checkpoint(request: HttpRequest) -> HttpResponse:
    """The latest checkpoint with its cosignatures (C2SP tlog-tiles)."""
    published = queries.latest()
    if published is None:
        raise Http404
    return HttpResponse(published.note, content_type=TEXT)


@require_safe
def policy(request: HttpRequest) -> HttpResponse:
    """Whom this install trusts, signed by the log (C2SP tlog-policy in a signed note)."""
    if not keys.key_path().exists():
        raise Http404
    return HttpResponse(keys.policy_note(), content_type=TEXT)


@require_safe
def tile(request: HttpRequest, path: str) -> HttpResponse:
    """A tile or bundle (C2SP tlog-tiles), as far as a checkpoint was published."""
    published = queries.latest()
    try:
        address = parse_tile_path(path)
    except BadTile:
        raise Http404 from None
    content = queries.public_file(address, published.checkpoint.size) if published else None
    if content is None:
        raise Http404
    return HttpResponse(content, content_type="application/octet-stream", headers={"Cache-Control": FOR_GOOD})


@require_safe
def download(request: HttpRequest) -> HttpResponseBase:
    """Everything published, as one file to keep and to check."""
    if queries.latest() is None:
        raise Http404
    response = StreamingHttpResponse(archive.archive(), content_type="application/x-tar")
    response.headers["Content-Disposition"] = 'attachment; filename="log.tar"'
    return response


def _rows(quarter: totals.Quarter) -> list[KindCount]:
    return [KindCount(_label(kind), *shown) for kind, shown in quarter.rows.items()]


def _label(kind: str) -> str:
    return label("ledger_event", kind)
