"""What she allows, behind a receipt: signed on her phone, or in memory here where it has no script."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from tincay.core.clock import local_day
from tincay.core.consent import Grant
from tincay.intake.consents import POLICE, items_of
from tincay.intake.seal_on_server import signed_grant
from tincay.reports.application import NoRoom
from tincay.reports.consents import change_consent
from tincay.reports.envelope import GrantChange
from tincay.reports.grants import grants, last_number
from tincay.reports.models import ConsentGrant
from tincay.reports.signed_words import StaleNumber
from tincay.visit import allowing, queries
from tincay.visit.actions import ReceiptKeys
from tincay.visit.session import Visitor, requires_visit, sends_json
from tincay.visit.views import over
from tincay.web.json_views import body_of, refusal, storage_trouble
from tincay.web.packs import text_version
from tincay.web.strict_json import Signed, read
from tincay.web.time import now
from tincay.web.transactions import AWAY


@requires_visit(over)
def consents(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Everything that may be allowed, and what is."""
    return render(request, "visit/consents.html", allowing.consents(visitor, now()))


@requires_visit(over)
@require_http_methods(["GET", "HEAD", "POST"])
def consent(request: HttpRequest, visitor: Visitor, scope: str) -> HttpResponse:
    """One consent: exactly what it hands over, then yes or no. About the police: first whom, or nobody."""
    if request.method == "POST" and sends_json(request):
        return _take_grant(visitor, read(GrantChange, body_of(request)).grant)
    receiver = _receiver(request, visitor, scope)
    if request.method == "POST":
        given = request.POST.get("given") == "true"
        try:
            grant = _change_plain(visitor, scope, receiver, given=given)
        except NoRoom:
            return _consent_page(request, visitor, scope, receiver, status=409, problem="no_room")
        except AWAY as error:
            return _consent_page(
                request, visitor, scope, receiver, status=503, problem=storage_trouble(error)
            )
        at = now()
        change = allowing.changed(visitor.report, grant, at, plain=True)
        return render(request, "visit/consents.html", allowing.consents(visitor, at, change))
    return _consent_page(request, visitor, scope, receiver)


def _take_grant(visitor: Visitor, grant: Signed) -> HttpResponse:
    try:
        row = change_consent(report=visitor.report, grant=grant, now=now())
    except StaleNumber:
        # Another tab was quicker: what she pressed now is her last word.
        return refusal("stale_number", n=last_number(visitor.report) + 1)
    except NoRoom:
        return refusal("no_room")
    change = allowing.changed(visitor.report, row, now(), plain=False)
    return JsonResponse(
        {"next": reverse("visit_consents"), "row": change.key, "told": change.lines}, status=201
    )


def _consent_page(
    request: HttpRequest,
    visitor: Visitor,
    scope: str,
    receiver: queries.Receiver | None,
    *,
    status: int = 200,
    **more: str,
) -> HttpResponse:
    if scope == POLICE and receiver is None:
        return render(request, "visit/police.html", allowing.police(visitor, now()) | more, status=status)
    shown = allowing.consent(visitor, scope, receiver, now())
    return render(request, "visit/consent.html", shown | more, status=status)


def _receiver(request: HttpRequest, visitor: Visitor, scope: str) -> queries.Receiver | None:
    code = request.GET.get("to") or ""
    if not code:
        return None
    named = queries.receivers(visitor.report, scope, grants(visitor.report))
    receiver = next((one for one in named if one.code == code), None)
    if receiver is None:
        raise Http404
    return receiver


def _change_plain(
    visitor: Visitor, scope: str, receiver: queries.Receiver | None, *, given: bool
) -> ConsentGrant:
    if visitor.keys is None:
        raise Http404
    if given and allowing.why_not(visitor, scope):
        raise Http404  # the page does not offer it
    return say_plain(visitor, visitor.keys, scope, receiver, given=given)


def say_plain(
    visitor: Visitor, keys: ReceiptKeys, scope: str, receiver: queries.Receiver | None, *, given: bool
) -> ConsentGrant:
    """Sign her word here and keep it. Where another tab was quicker, the same word with the next number."""
    try:
        return _sign_plain(visitor, keys, scope, receiver, given=given)
    except StaleNumber:
        return _sign_plain(visitor, keys, scope, receiver, given=given)


def _sign_plain(
    visitor: Visitor, keys: ReceiptKeys, scope: str, receiver: queries.Receiver | None, *, given: bool
) -> ConsentGrant:
    grant = Grant(
        scope=scope,
        receiver=receiver.receiver if receiver else None,
        items=frozenset(items_of(scope) if given and (receiver or scope != POLICE) else ()),
        given=given,
        number=last_number(visitor.report) + 1,
        day=local_day(now()),
    )
    signed = signed_grant(grant, keys.stretched, text_version())
    return change_consent(report=visitor.report, grant=signed, now=now())
