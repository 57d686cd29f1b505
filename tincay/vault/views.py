"""The own key, and who sits at which desk. Keys are made and handed over in browsers; only ciphertext comes here."""

from typing import Any, Literal

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tincay.people.models import Desk, User
from tincay.people.permissions import again_address, asks_again, needs, staff, was_asked_again
from tincay.people.rights import May
from tincay.vault import forms, rekey
from tincay.vault.actions import LastMember, NotYet, add_member, change_own_key, remove_member
from tincay.vault.permissions import desk_or_404
from tincay.vault.queries import desk_wraps, old_key, without_key
from tincay.vault.signed_keys import UnsafeKeys, is_unsafe, own_keys
from tincay.web.json_views import body_of, for_script, refusal
from tincay.web.packs import word_list_address
from tincay.web.strict_json import AgeRecipient, Bytes64, Malformed, Salt, Strict, base64_text, read
from tincay.web.time import now


class PersonKey(Strict):
    """A person key as <key-setup> posts it."""

    v: Literal[1]
    recipient: AgeRecipient
    salt: Salt
    n: int
    r: int
    p: int
    sealed: Bytes64


@require_safe
@needs(May.HOLD_KEY)
def my_key(request: HttpRequest) -> HttpResponse:
    user = staff(request)
    language = get_language() or "vi"
    own_desks = [member.desk for member in user.memberships.select_related("desk")]
    wraps = {row.of: [{"sealed": base64_text(row.sealed), "of": row.of}] for row in desk_wraps(user)}
    desks = [(desk.name(language), wraps.get(desk.recipient)) for desk in own_desks]
    return render(
        request,
        "vault/my_key.html",
        {"desks": desks, "setup": {"words": word_list_address()}, "user": user},
    )


@require_safe
@needs(May.HOLD_KEY)
@asks_again
def new_key(request: HttpRequest) -> HttpResponse:
    """Where the own key is made: who this is was asked before, so that nothing made is lost by it."""
    shown = {"setup": {"words": word_list_address()}, "user": staff(request)}
    return render(request, "vault/new_key.html", shown)


def _may_make_key(user: User, desk: Desk) -> bool:
    """Those who hold the desk's key; for its first one, every member who has a key of their own."""
    if desk.recipient:
        return _holds(user, desk)
    return bool(user.recipient) and user.memberships.filter(desk=desk).exists()


def _holds(user: User, desk: Desk) -> bool:
    return desk_wraps(user).filter(of=desk.recipient).exists()


@require_POST
@needs(May.HOLD_KEY)
@for_script
def set_my_key(request: HttpRequest) -> HttpResponse:
    sent = read(PersonKey, body_of(request))
    if not was_asked_again(request):
        return refusal("again", address=again_address())
    scrypt = (sent.n, sent.r, sent.p)
    try:
        change_own_key(
            user=staff(request),
            recipient=sent.recipient,
            salt=sent.salt,
            sealed=sent.sealed,
            scrypt=scrypt,
            now=now(),
        )
    except LastMember:
        return JsonResponse({"error": "last_member"}, status=409)
    messages.success(request, _("Đã có khóa mới. Cụm từ chỉ bạn biết."))
    return JsonResponse({"next": reverse("my_key")}, status=201)


@require_safe
@needs(May.MANAGE_DESK)
def desks(request: HttpRequest) -> HttpResponse:
    user = staff(request)
    rows = Desk.objects.filter(organisation=user.organisation_id).order_by("code")
    shown = {"desks": [_desk(desk, user) for desk in rows], "word_list": word_list_address()}
    return render(request, "vault/desks.html", shown)


def _desk(desk: Desk, user: User) -> dict[str, Any]:
    waiting = list(without_key(desk))
    without = {member.pk for member in waiting}
    members = desk.memberships.visible_to(user).select_related("user").order_by("on_call", "id")
    join = forms.Join(desk=desk, prefix=desk.code)
    return {
        "desk": desk,
        "name": desk.name(get_language() or "vi"),
        "members": [(member.user, member.on_call, member.user_id not in without) for member in members],
        "join": join if join.candidates.exists() else None,
        "unsafe": is_unsafe(desk, user),
        "first": not desk.recipient,
        "renew": not desk.recipient or desk.key_due or old_key(desk, user) is not None,
        "waiting": [member for member in waiting if member.recipient],
        "mine": _may_make_key(user, desk),
    }


@require_POST
@needs(May.MANAGE_DESK)
def join_desk(request: HttpRequest, code: str) -> HttpResponse:
    user = staff(request)
    desk = desk_or_404(user, code)
    if not was_asked_again(request):
        return redirect(again_address(reverse("desks")))
    form = forms.Join(request.POST, desk=desk, prefix=desk.code)
    if form.is_valid():
        last = desk.memberships.visible_to(user).count()
        add_member(desk=desk, user=form.cleaned_data["user"], on_call=last)
        messages.success(request, _("Đã thêm vào nhóm. Còn một bước: trao khóa, để người mới đọc được."))
    return redirect("desks")


@require_http_methods(["GET", "HEAD", "POST"])
@needs(May.MANAGE_DESK)
@asks_again
def leave_desk(request: HttpRequest, code: str, user_id: int) -> HttpResponse:
    """Say what it takes from that person; then do it."""
    desk = desk_or_404(staff(request), code)
    member = get_object_or_404(User.objects.of_desk(desk), pk=user_id, memberships__desk=desk)
    if request.method != "POST":
        return render(
            request, "vault/leave.html", {"member": member, "desk": desk.name(get_language() or "vi")}
        )
    try:
        remove_member(desk=desk, user=member)
    except LastMember:
        messages.error(request, _("Không bỏ người cuối cùng giữ khóa được. Sẽ không ai mở được tin nữa."))
    else:
        messages.success(
            request, _("Đã bỏ khỏi nhóm. Khóa của người ấy đã xóa. Bạn làm khóa mới cho nhóm nhé.")
        )
    return redirect("desks")


@require_POST
@needs(May.HOLD_KEY)
@for_script
def desk_key(request: HttpRequest, code: str) -> HttpResponse:
    """The talk of docs/formats/rewrap.md, for members who hold the desk's key: a seat alone is not enough."""
    user = staff(request)
    desk = get_object_or_404(Desk.objects.within(memberships__user=user), code=code)
    if not _may_make_key(user, desk):
        raise Http404
    try:
        sent = _handing_step(body_of(request))
        if _changes_holders(sent) and not was_asked_again(request):
            return refusal("again", address=again_address())
        return JsonResponse(_answer(desk, user, sent))
    except NotYet:
        return refusal("busy")
    except UnsafeKeys:
        return refusal("unsafe_keys")


def _handing_step(body: bytes) -> Strict:
    for shape in (rekey.BeginRekey, rekey.NewKey, rekey.Replaced, rekey.Joined):
        try:
            return read(shape, body)
        except Malformed:
            continue
    raise Malformed


def _changes_holders(sent: Strict) -> bool:
    """Whether this step leads to a key's going to somebody. Wrapping again what is there already changes nobody."""
    return isinstance(sent, rekey.NewKey | rekey.Joined) or getattr(sent, "step", "") == "begin"


def _answer(desk: Desk, user: User, sent: Strict) -> dict[str, Any]:
    own_keys(desk, user)  # each step asks anew: rows may have changed since the last one
    if isinstance(sent, rekey.NewKey):
        return rekey.new_key(desk, user, sent, now())
    if isinstance(sent, rekey.Replaced):
        return rekey.replaced(desk, user, sent)
    if isinstance(sent, rekey.Joined):
        rekey.joined(desk, user, sent, now())
        return {"next": reverse("desks") if user.may(May.MANAGE_DESK) else reverse("my_key")}
    assert isinstance(sent, rekey.BeginRekey)
    if sent.step == "begin":
        return rekey.begin(desk, user)
    if sent.step == "more":
        return rekey.more(desk)
    rekey.forget_old(desk)
    return {"next": reverse("desks") if user.may(May.MANAGE_DESK) else reverse("my_key")}
