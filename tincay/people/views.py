"""Where signing in differs from allauth's own pages, and what somebody sees of their own sessions."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views as account
from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn.views import RemoveWebAuthnView
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tincay.people import crowd, devices
from tincay.people.access import (
    device_cookie,
    dismiss_notice,
    end_session,
    end_sessions,
    forget_device,
    forget_devices,
    is_acquainted,
)
from tincay.people.accounts import refused_today
from tincay.people.hashing import LaneFull
from tincay.people.permissions import staff
from tincay.people.queries import sessions_of
from tincay.people.sessions import row_key
from tincay.web.time import today

View = Callable[..., HttpResponse]


class SignInPage(account.LoginView):  # type: ignore[misc]
    """Name and password. Who has to wait is told how long, and the name that was typed stays."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            _require_work(request)
            return super().post(request, *args, **kwargs)  # type: ignore[no-any-return]
        except LaneFull as busy:
            refused_today.add()
            return _wait(_turned_away(request, busy), busy)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        stranger = not is_acquainted(devices.secret_of(self.request), today=today())
        shown = {"work": crowd.page_work() if stranger else None, "why": self.request.GET.get("why")}
        return super().get_context_data(**kwargs) | shown  # type: ignore[no-any-return]


def _require_work(request: HttpRequest) -> None:
    """Of strangers' machines, before anything else is done for them."""
    name = request.POST.get("login", "").strip()
    if not device_cookie(devices.secret_of(request), name, today=today()):
        crowd.require_work(request.POST.get("nonce", ""), request.POST.get("counter", ""))


def _turned_away(request: HttpRequest, busy: LaneFull) -> HttpResponse:
    shown = {
        "csrf_token": get_token(request),
        "language": get_language(),
        "name": request.POST.get("login", "")[:60],
        "seconds": busy.seconds,
        "sign_in": reverse("account_login"),
        "then": request.POST.get("next", ""),
        "work": crowd.page_work(),
    }
    return HttpResponse(render_to_string("account/turned_away.html", shown))


def _wait(response: HttpResponse, busy: LaneFull) -> HttpResponse:
    response.status_code = 429
    response.headers["Retry-After"] = str(busy.seconds)
    return response


def wait_when_busy(view: View) -> View:
    """A view that hashes a password and keeps nothing that was typed: a page that says how long to wait."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except LaneFull as busy:
            return _wait(render(request, "429.html", {"seconds": busy.seconds}), busy)

    return answered


class SignOutPage(account.LogoutView):  # type: ignore[misc]
    """Out; on somebody else's machine without a trace that anybody was in."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post(request, *args, **kwargs)
        if "not_mine" in request.POST:
            forget_device(secret=devices.secret_of(request))
            devices.drop_secret(response)
        return response


class RemovePasskey(RemoveWebAuthnView):  # type: ignore[misc]
    """The last second factor stays."""

    def form_valid(self, form: object) -> HttpResponse:
        if not get_adapter().can_delete_authenticator(self.get_object()):
            messages.error(self.request, _("Bạn cần giữ ít nhất một cách xác nhận."))
            return redirect("mfa_list_webauthn")
        return super().form_valid(form)  # type: ignore[no-any-return]


@require_safe
@login_required
def sessions(request: HttpRequest) -> HttpResponse:
    """Where the own account is signed in: a day each, and which one this is."""
    own = row_key(request.session.session_key or "")
    return render(request, "account/sessions.html", {"sessions": sessions_of(staff(request)), "own": own})


@require_POST
@login_required
def end_one(request: HttpRequest) -> HttpResponse:
    end_session(user=staff(request), row_key=request.POST.get("session", ""))
    messages.success(request, _("Phiên ấy đã kết thúc."))
    return redirect("sessions")


@require_POST
@login_required
def end_others(request: HttpRequest) -> HttpResponse:
    """The laptop is gone: every other session ends, and no machine is known any more."""
    user = staff(request)
    forget_devices(user=user)
    end_sessions(user=user, but=row_key(request.session.session_key or ""))
    messages.success(request, _("Mọi phiên khác đã kết thúc. Không máy nào còn được nhớ."))
    return redirect("sessions")


@require_safe
@login_required
def still_here(request: HttpRequest) -> HttpResponse:
    """Somebody types or clicks on a page that asks nothing of the server meanwhile: the session goes on."""
    return HttpResponse(status=204)


@require_safe
@login_required
def confirmed(request: HttpRequest) -> HttpResponse:
    """Where somebody lands who confirmed in a second tab: back to the first one."""
    return render(request, "account/confirmed.html")


@require_POST
@login_required
def dismiss(request: HttpRequest, notice_id: int) -> HttpResponse:
    dismiss_notice(reader=staff(request), notice_id=notice_id)
    back = request.POST.get("back", "")
    return redirect(back if url_has_allowed_host_and_scheme(back, allowed_hosts=None) else "desk")
