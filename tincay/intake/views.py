"""The pages that somebody reports with. Each has two ways: sealed on the phone, and plain without a script."""

import json
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tincay.core import receipts
from tincay.directory.routing import RoutingBroken, in_force
from tincay.intake import flood, pages
from tincay.intake.attempts import attempts, count_attempt, forget_attempts
from tincay.intake.derivations import Busy, stretch
from tincay.intake.forms import FIRST, SEND, SENT, PlainReport
from tincay.intake.plain import send_plain
from tincay.intake.plain_pages import plain_page
from tincay.intake.sentences import SaysOnTheWay, WayIn
from tincay.reports.envelope import Envelope
from tincay.reports.models import Report
from tincay.reports.queries import with_locator
from tincay.reports.receiving import StaleDesk
from tincay.reports.signed_words import kept_with
from tincay.web.context import other_language
from tincay.web.in_the_clear import from_elsewhere, in_the_clear, named_to_us
from tincay.web.json_views import body_of, discard, for_script, refusal, storage_trouble
from tincay.web.kept_pages import PLACE, kept_page
from tincay.web.packs import language
from tincay.web.strict_json import Malformed, read
from tincay.web.time import now
from tincay.web.transactions import AWAY
from tincay.web.views import not_found

A_MINUTE = 60
"""Seconds after which to try again where nobody knows better."""


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """Four ways in, the way back, whom to call, the other language, the way out; nothing else."""
    return forget_attempts(request, render(request, "intake/front.html", pages.front_page()))


@require_safe
def tell(request: HttpRequest, kind: str) -> HttpResponse:
    """The intake page: one document whose steps seal on the phone; nothing is ever posted to it."""
    try:
        page = kept_page((kind, language()), lambda: _tell_page(request, kind))
    except RoutingBroken:
        return _unsafe_page(request)
    return page.answer(request, json.dumps(flood.new_nonce()))


def _tell_page(request: HttpRequest, kind: str) -> str:
    """Raises RoutingBroken."""
    page = pages.intake_page(kind)
    return render_to_string("intake/tell.html", page | {"proof_of_work": PLACE}, request)


@in_the_clear("GET", "HEAD", "POST")
@csrf_exempt  # There is no session to ride on, and a token would be a cookie on a shared phone.
@require_http_methods(["GET", "HEAD", "POST"])
def plain(request: HttpRequest, kind: str) -> HttpResponse:
    """The way without JavaScript: up to three pages, each with the answers of the others; sealed here in memory."""
    if request.method != "POST" or from_elsewhere(request):
        return _plain_page(request, PlainReport(kind=kind), FIRST)
    try:
        form = PlainReport(request.POST, kind=kind)
    except RequestDataTooBig:
        discard(request)
        return render(request, "intake/plain_too_big.html", pages.unsafe_page(), status=413)
    page, stopped = form.page_after(request.POST.get("go", SENT))
    if page == SENT:
        return _send_plain(request, form)
    return _plain_page(request, form, page, stopped=stopped, status=422 if stopped else 200)


def _send_plain(request: HttpRequest, form: PlainReport) -> HttpResponse:
    if wait := attempts(request)[1]:
        return _again(request, form, trouble="slow_down", wait=wait, status=429)
    try:
        sent = send_plain(form, now=now())
    except RoutingBroken:
        return _unsafe_page(request)
    except Busy as busy:
        return _again(request, form, trouble="many", wait=busy.wait)
    except Malformed:  # the form's code was changed into another report's
        return _again(request, form)
    except AWAY as error:
        trouble = storage_trouble(error)
        return _again(request, form, trouble=trouble, status=507 if trouble == "full" else 503)
    state = WayIn(left_out=sent.left_out, nobody_harmed=form.cleaned_data["harmed"] == "no")
    return _receipt_page(request, sent.report, sent.code, state, typed_since=form.cleaned_data["words"])


def _again(
    request: HttpRequest, form: PlainReport, *, trouble: str = "busy", wait: int = A_MINUTE, status: int = 503
) -> HttpResponse:
    """The last page as it was, with what stands in the way and for how long."""
    says = SaysOnTheWay(WayIn(trouble=trouble))
    answer = _plain_page(request, form, SEND, trouble=trouble, says=says, wait=wait, status=status)
    answer["Retry-After"] = str(wait)
    return answer


def _plain_page(
    request: HttpRequest,
    form: PlainReport,
    page: str,
    *,
    stopped: bool = False,
    status: int = 200,
    **trouble: Any,
) -> HttpResponse:
    try:
        shown = plain_page(form, page, stopped=stopped)
    except RoutingBroken:
        return _unsafe_page(request)
    shown |= {"other": other_language(request.path_info, language()), **trouble}
    return named_to_us(render(request, "intake/plain.html", shown, status=status))


def _unsafe_page(request: HttpRequest) -> HttpResponse:
    """The keys to seal to are not the ones that the install signed: nothing is taken, the numbers are shown."""
    answer = render(request, "intake/unsafe.html", pages.unsafe_page(), status=503)
    answer["Retry-After"] = str(10 * A_MINUTE)
    return answer


def _receipt_page(
    request: HttpRequest, report: Report | None, code: str, state: WayIn, **more: Any
) -> HttpResponse:
    page = pages.receipt_page(report, code, state) | more
    return named_to_us(render(request, "intake/receipt.html", page))


@in_the_clear("GET", "HEAD", "POST")
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def check_receipt(request: HttpRequest) -> HttpResponse:
    """Without JavaScript: did she copy the last group well? The receipt stays in sight, whatever happens here."""
    if request.method != "POST" or from_elsewhere(request):
        return HttpResponseRedirect(reverse("back"))
    code = request.POST.get("plain-code", "")
    if not receipts.check(code):
        raise Http404
    try:
        report = None if attempts(request)[1] else _report_behind(code)
    except (Busy, *AWAY):
        report = None
    except Http404 as unknown:
        return count_attempt(request, not_found(request, unknown))
    typed = request.POST.get("plain-last", "").strip()
    return _receipt_page(request, report, code, WayIn(copied=typed == code[-4:] if typed else None))


def _report_behind(code: str) -> Report:
    report = with_locator(stretch(code).locator)
    if report is None:
        raise Http404
    return report


@csrf_exempt
@require_POST
@for_script
def send(request: HttpRequest) -> HttpResponse:
    """The envelope's door (docs/formats/seal.md)."""
    envelope = read(Envelope, body_of(request))
    worth = flood.worth(envelope.proof_of_work)
    if worth is flood.Work.AGAIN:
        return refusal("proof_of_work", proof_of_work=flood.new_nonce())
    crowded = worth is flood.Work.NONE and flood.crowded()
    flood.sealed_lane.add()
    at = now()
    try:
        received = flood.receive(envelope=envelope, sealed_by="browser", crowded=crowded, now=at)
    except StaleDesk:
        return refusal("stale_desk", config={"routed": in_force().for_page})
    except RoutingBroken:
        return refusal("unsafe_keys")
    return JsonResponse(_said(received.report, at), status=201 if received.new else 200)


def _said(report: Report, at: datetime) -> dict[str, str]:
    kept = kept_with(report, report.key)
    return {
        "promise": report.promise,
        "code_name": report.code_name,
        "first_look": pages.first_look(report, at),
        "origin": settings.TINCAY_ORIGIN,
        # Which words are kept: an earlier try of this key may have been another text.
        "words": sha256(kept.document).hexdigest() if kept else "",
    }
