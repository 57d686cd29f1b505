"""Pages behind a receipt. Each works with sealed words that her phone opens, and plainly without a script."""

import secrets
from datetime import date
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tincay.core import receipts
from tincay.core.receipts import BadReceipt, means_digits, mentions, normalise
from tincay.core.sealing import CannotOpen
from tincay.core.stages import WrongStage
from tincay.core.statements import NotSigned
from tincay.directory.routing import RoutingBroken, in_force
from tincay.intake.attempts import attempts, count_attempt
from tincay.intake.derivations import Busy, stretch
from tincay.intake.seal_on_server import HerMessage, as_counted, seal_message, too_long
from tincay.reports import deadlines, ending
from tincay.reports.additions import receive_addition
from tincay.reports.application import NoRoom
from tincay.reports.envelope import LONGEST_PART, AdditionIn, HerMessageIn, NewCode
from tincay.reports.messages import receive_message
from tincay.reports.receiving import StaleDesk
from tincay.reports.signed_words import StaleNumber, signed_words
from tincay.reports.steps import finish, reopen
from tincay.vault.queries import recipient
from tincay.visit import actions, pages
from tincay.visit.actions import ReceiptKeys
from tincay.visit.new_code import sealed_again, sealed_to_code
from tincay.visit.session import (
    Visitor,
    end_session,
    requires_visit,
    sends_json,
    start_session,
    visitor_of,
    visitor_with,
)
from tincay.web.in_the_clear import PLAIN, at, either_way, from_elsewhere, in_the_clear, named_to_us
from tincay.web.json_views import body_of, for_script, refusal, storage_trouble
from tincay.web.packs import texts, things
from tincay.web.strict_json import Bytes32, Bytes33, Malformed, Strict, Version, base64_text, read
from tincay.web.time import now
from tincay.web.transactions import AWAY


class Locator(Strict):
    """The first message of somebody who comes back."""

    locator: Bytes32


class ChallengeAnswer(Strict):
    """The opened challenge."""

    ticket: str
    answer: Bytes32


class LeafIn(Strict):
    """The leaf that an opening of hers opens, and its day."""

    v: Version
    leaf: Bytes33
    day: date


@in_the_clear("POST")
@csrf_exempt  # No session to ride on yet; the browser says if another site sent it.
@require_http_methods(["GET", "HEAD", "POST"])
def enter_code(request: HttpRequest) -> HttpResponse:
    """Type the code. Posted to only where there is no JavaScript."""
    if request.method != "POST" or from_elsewhere(request):
        return _code_page(request)
    wait = attempts(request)[1]
    if wait:
        return _code_page(request, problem="slow_down", wait=wait, status=429)
    try:
        code = normalise(request.POST.get("plain-code", ""), things())
    except BadReceipt as wrong:
        typed = "digits" if means_digits(request.POST.get("plain-code", "")) else "things"
        return _code_page(request, problem=wrong.reason, typed_as=typed, place=wrong.place, status=422)
    return _come_in(request, code)


@in_the_clear("GET", "HEAD")
@require_safe
def enter_code_plain(request: HttpRequest) -> HttpResponse:
    """The door for a phone on which the script did not arrive."""
    return _code_page(request, plain=True)


def _come_in(request: HttpRequest, code: str) -> HttpResponse:
    try:
        receipt = stretch(code)
        cookie = actions.open_with_code(code=code, receipt=receipt, now=timezone.now())
    except actions.Unknown:
        return count_attempt(request, _code_page(request, problem="unknown", status=404))
    except Busy as busy:
        return _code_page(request, problem="busy", wait=busy.wait, status=503)
    except AWAY as error:
        return _code_page(request, problem=storage_trouble(error), status=503)
    wanted = "visit_delete" if request.POST.get("next") == "delete" else "visit"
    typed = request.POST.get("plain-words", "")
    if not typed:
        return start_session(HttpResponseRedirect(reverse(wanted)), cookie)
    # An ended visit left words behind: they stand in the next one's form, not in an address.
    visitor = visitor_with(cookie)
    return start_session(
        render(request, "visit/home.html", pages.home(visitor, now()) | {"typed": typed}), cookie
    )


def _code_page(request: HttpRequest, *, status: int = 200, **shown: Any) -> HttpResponse:
    # Whoever posted a plain form, or is at the plain server, has no script that works.
    plain = at(request, PLAIN) or any(name.startswith("plain-") for name in request.POST)
    shown.setdefault("plain", plain)
    # What an ended visit left behind is not lost by a mistyped code either.
    shown.setdefault("typed", request.POST.get("plain-words", ""))
    shown = {**pages.visit_config(), "texts": texts(), **shown}
    page = render(request, "visit/door.html", shown, status=status)
    return named_to_us(page) if shown["plain"] else page


def over(request: HttpRequest, why: str) -> HttpResponse:
    """No visit, or not this one. What was typed stays in the page; her script keeps its page and asks for the code
    there (`X-Locked`)."""
    page = _code_page(request, problem="visit_over", why=why, status=401 if request.method == "POST" else 200)
    page["X-Locked"] = why
    return page if visitor_of(request) else end_session(page)


@csrf_exempt
@require_POST
@for_script
def ask(request: HttpRequest) -> HttpResponse:
    """The first half of the proof (docs/formats/visit.md): the same answer whether the code exists or not."""
    wait = attempts(request)[1]
    if wait:
        return refusal("slow_down", wait=wait)
    asked = actions.ask_for_proof(locator=read(Locator, body_of(request)).locator, now=timezone.now())
    return count_attempt(
        request, JsonResponse({"challenge": base64_text(asked.sealed), "ticket": asked.ticket})
    )


@csrf_exempt
@require_POST
@for_script
def prove(request: HttpRequest) -> HttpResponse:
    """The second half: the right answer opens the visit."""
    sent = read(ChallengeAnswer, body_of(request))
    try:
        cookie = actions.accept_proof(ticket=sent.ticket, answer=sent.answer, now=timezone.now())
    except actions.Unknown:
        return refusal("unknown")
    return start_session(JsonResponse({"next": reverse("visit")}), cookie)


@requires_visit(over)
def home(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """How far it has come, and what was said."""
    return render(request, "visit/home.html", pages.home(visitor, now()))


@requires_visit(over)
@require_POST
def write(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """A message of hers: sealed on the phone, or in memory here."""
    if sends_json(request):
        message = read(HerMessageIn, body_of(request))
        try:
            _post(visitor, message.key, HerMessage(message.sealed, message.words.statement), "browser")
        except WrongStage:
            return refusal("closed")
        except StaleNumber:
            return refusal("stale_number")
        except NoRoom:
            return refusal("no_room")
        return JsonResponse({"next": reverse("visit")}, status=201)
    return _write_plain(request, visitor)


@requires_visit(over)
@require_POST
def add(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """What she tells later, sealed on the phone, to this desk or to another one (docs/formats/words.md)."""
    if not sends_json(request):
        raise Http404  # without a script there is no page that asks for it
    addition = read(AdditionIn, body_of(request))
    try:
        receive_addition(report=visitor.report, addition=addition, sealed_by="browser", now=now())
    except WrongStage:
        return refusal("closed")
    except StaleNumber:
        return refusal("stale_number")
    except NoRoom:
        return refusal("no_room")
    except StaleDesk:
        return refusal("stale_desk", config={"routed": in_force().for_page})
    except RoutingBroken:
        return refusal("unsafe_keys")
    return JsonResponse({"next": reverse("visit")}, status=201)


def _write_plain(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    typed = as_counted(request.POST.get("plain-words", ""))
    problem = _problem_with(typed, request, visitor)
    if problem:
        shown = pages.home(visitor, now()) | {"typed": typed, "problem": problem}
        return render(request, "visit/home.html", shown, status=422)
    try:
        _post_plain(visitor, request.POST.get("key", "")[:22], typed)
    except AWAY as error:
        shown = pages.home(visitor, now()) | {"typed": typed, "problem": storage_trouble(error)}
        return render(request, "visit/home.html", shown, status=503)
    except (StaleNumber, NotSigned):
        return _home_with(request, typed, problem="stale_number")
    except NoRoom:
        return _home_with(request, typed, problem="no_room")
    except WrongStage:
        # It was closed while she wrote: her words stay, and the way to open it again is shown.
        return _home_with(request, typed)
    return HttpResponseRedirect(reverse("visit"))


def _home_with(request: HttpRequest, typed: str, **problem: str) -> HttpResponse:
    """Her page as it is by now, with what she typed: something happened in another tab, or at the desk."""
    visitor = visitor_of(request)
    if visitor is None:
        return over(request, "over")
    shown = pages.home(visitor, now()) | {"typed": typed, **problem}
    return render(request, "visit/home.html", shown, status=409)


def _problem_with(typed: str, request: HttpRequest, visitor: Visitor) -> str:
    if not typed:
        return "empty"
    if too_long(typed, LONGEST_PART):
        return "too_long"
    return "mentions" if visitor.keys and mentions(typed, visitor.keys.code, things()) else ""


def _post_plain(visitor: Visitor, key: str, typed: str) -> None:
    """Seal and sign here what came without a script. Raises Http404 where her own browser holds the keys."""
    if visitor.keys is None:
        raise Http404
    before = signed_words(visitor.report)
    message = seal_message(
        typed,
        thread=recipient(visitor.report.id, "thread"),
        receipt=visitor.keys.stretched,
        key=key,
        before=before[-1],
        number=len(before) + 1,
    )
    _post(visitor, key, message, "server")


def _post(visitor: Visitor, key: str, message: HerMessage, sealed_by: str) -> None:
    receive_message(
        report=visitor.report,
        key=key,
        sealed=message.sealed,
        words=message.words,
        sealed_by=sealed_by,
        now=now(),
    )


@requires_visit(over)
@require_http_methods(["GET", "HEAD", "POST"])
def new_code(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Put a new code in the place of this one."""
    if request.method == "POST" and sends_json(request):
        new = read(NewCode, body_of(request))
        try:
            actions.change_code(visit=visitor.visit, new=new, keys=None, now=now())
        except StaleNumber:
            return refusal("stale_number", **sealed_to_code(visitor.report))
        return JsonResponse({"next": reverse("visit")}, status=201)
    if request.method == "POST":
        return _new_code_plain(request, visitor)
    return render(request, "visit/new_code.html", pages.new_code(visitor, receipts.make(secrets.token_bytes)))


def _new_code_plain(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    code = request.POST.get("plain-code", "")
    if visitor.keys is None or not receipts.check(code):
        raise Http404
    if code == visitor.keys.code:
        return _changed_page(request, visitor)  # the answer was lost on the way: it is done
    problem = "wrong" if request.POST.get("plain-last", "").strip() != code[-4:] else ""
    problem = problem or _changed_plain(visitor, visitor.keys, code)
    if problem:
        # The same code again: she has copied it.
        shown = pages.new_code(visitor, code) | {"problem": problem}
        return render(request, "visit/new_code.html", shown, status=422 if problem == "wrong" else 503)
    return _changed_page(request, visitor)


def _changed_page(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    now_inside = visitor_of(request) or visitor  # with the new code's keys
    return render(request, "visit/home.html", pages.home(now_inside, now(), "changed"))


def _changed_plain(visitor: Visitor, keys: ReceiptKeys, code: str) -> str:
    """Change the code in memory here; the problem that stood in the way, or ""."""
    try:
        fresh = ReceiptKeys(code, stretch(code))
        new = sealed_again(visitor.report, old=keys.stretched, new=fresh.stretched)
        actions.change_code(visit=visitor.visit, new=new, keys=fresh, now=now())
    except Busy:
        return "busy"
    except AWAY as error:
        return storage_trouble(error)
    except (StaleNumber, NotSigned, CannotOpen, Malformed):
        return "other"
    return ""


@requires_visit(over)
@require_http_methods(["GET", "HEAD", "POST"])
def late(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """What is late, who was reminded, and the way to ask independent oversight to look."""
    if request.method == "POST":
        try:
            deadlines.ask_oversight(report=visitor.report, now=now())
        except deadlines.NotLate:  # asked already, or done meanwhile: the page says how it is
            return HttpResponseRedirect(reverse("visit_late"))
        return render(request, "visit/late.html", pages.late(visitor, now(), "asked"))
    return render(request, "visit/late.html", pages.late(visitor, now()))


@requires_visit(over)
def proof(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """The proof that it was received, and how to check it without us."""
    return render(request, "visit/proof.html", pages.proof(visitor))


@requires_visit(over)
@require_POST
def proof_leaf(request: HttpRequest, visitor: Visitor) -> JsonResponse:
    """How far the leaf has come that her browser names, having opened it: the server cannot tell which is hers."""
    sent = read(LeafIn, body_of(request))
    return JsonResponse(pages.leaf_state(sent.leaf, sent.day))


@requires_visit(over)
def proof_file(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """The proof as a file; its name says nothing."""
    text = pages.proof_text(visitor)
    if text is None:
        raise Http404
    headers = {"Content-Disposition": 'attachment; filename="log-proof.txt"'}
    return HttpResponse(text, content_type="text/plain; charset=utf-8", headers=headers)


@requires_visit(over)
def data(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Everything that is held about her."""
    return render(request, "visit/data.html", pages.data(visitor, now()))


@requires_visit(over)
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Say what goes and what stays; then delete."""
    if request.method == "POST":
        ending.delete(report=visitor.report, now=now())
        return end_session(render(request, "visit/deleted.html", pages.ending(visitor, "deleted")))
    return render(request, "visit/delete.html", pages.ending(visitor))


@requires_visit(over)
@require_http_methods(["GET", "HEAD", "POST"])
def done(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """She needs nothing more, or needs something again."""
    if request.method == "POST":
        return _closed_or_reopened(request, visitor)
    return render(request, "visit/done.html", pages.ending(visitor))


_CHANGES = {"close": (finish, "closed"), "reopen": (reopen, "reopened")}


def _closed_or_reopened(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """What the form says is wanted: pressed twice, it is not undone."""
    change, just = _CHANGES.get(request.POST.get("wanted", ""), (None, ""))
    if change is None:
        return HttpResponseRedirect(reverse("visit"))
    try:
        change(report=visitor.report, now=now())
    except (WrongStage, NoRoom):
        return HttpResponseRedirect(reverse("visit"))
    inside = visitor_of(request)
    assert inside is not None  # neither ends a visit
    return render(request, "visit/home.html", pages.home(inside, now(), just))


@requires_visit(over, counted=False)
@require_POST
def leave(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """End the visit now."""
    actions.end_visit(visit=visitor.visit)
    return end_session(HttpResponseRedirect(reverse("front")))


@either_way
@require_safe
def out(request: HttpRequest) -> HttpResponse:
    """The way out where no script ends the visit: a link, because a policy keeps forms on this site.

    A script asks for it when she leaves the door: what she tried is forgotten.
    """
    visitor = visitor_of(request)
    if visitor:
        actions.end_visit(visit=visitor.visit)
    return end_session(HttpResponseRedirect(settings.TINCAY_EXIT_ADDRESS))
