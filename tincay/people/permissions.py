"""Who may call which view, and the menu that shows nobody more than that."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from importlib import import_module
from typing import Any, Concatenate, ParamSpec, cast
from urllib.parse import urlencode

from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import get_language

from tincay.people.models import User
from tincay.people.notices import NoticeShown, access_notices
from tincay.people.rights import May

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def needs(right: May) -> Callable[[View[P]], View[P]]:
    """A page for those who hold `right`. For everybody else it does not exist (404), signed in or not.

    Somebody without a session is asked to sign in: the address alone tells nothing. Somebody without
    a second factor is led to set one up before anything else.
    """

    def guard(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            user = staff(request)
            if not user.may(right):
                raise Http404
            if not user.has_second_factor():
                return redirect("mfa_index")
            return view(request, *args, **kwargs)

        cast(Any, guarded).right = right
        return cast(View[P], guarded)

    return guard


def staff(request: HttpRequest) -> User:
    """The signed-in user; only inside views that `needs` guards."""
    if not isinstance(request.user, User):
        raise Http404
    return request.user


def was_asked_again(request: HttpRequest) -> bool:
    """Whether password, code or passkey was given once more within the last five minutes."""
    return bool(did_recently_reauthenticate(request))


def asks_again(view: View[P]) -> View[P]:
    """A page before which it is asked once more who this is; inside `needs`. What is posted is judged by the view."""

    @wraps(view)
    def asked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if was_asked_again(request):
            return view(request, *args, **kwargs)
        return redirect(again_address(request.path))

    return cast(View[P], asked)


def again_address(then: str = "") -> str:
    """Where it is asked again, and where that leads."""
    return f"{reverse('account_reauthenticate')}?{urlencode({'next': then or reverse('confirmed')})}"


OWN_PAGES = {
    "account": "sessions",
    "sign_out": "account_logout",
    "still_here": "still_here",
    "dismiss": "dismiss_access_notice",
}
"""Names of addresses that the frame of every staff page leads to; the frame itself knows no app above it."""


@dataclass(frozen=True)
class MenuItem:
    """One entry of the staff menu: words, the name of its URL, an icon, and the right that opens it."""

    label: str | Promise
    url_name: str
    icon: str
    right: str


def staff_menu(request: HttpRequest) -> list[MenuItem]:
    """What this person may open. The menu points up to every app, so it stands beside the URLs as STAFF_MENU."""
    if not isinstance(request.user, User):
        return []
    items: Sequence[MenuItem] = import_module(settings.ROOT_URLCONF).STAFF_MENU
    return [item for item in items if request.user.may(May(item.right))]


def staff_context(request: HttpRequest) -> dict[str, Any]:
    """The context processor. Nothing is read, not even who it is, unless the page shows it."""
    return {
        "menu": SimpleLazyObject(lambda: staff_menu(request)),
        "worker_title": SimpleLazyObject(lambda: _title(request)),
        "access_notices": SimpleLazyObject(lambda: _notices(request)),
        "own_pages": OWN_PAGES,
    }


def _notices(request: HttpRequest) -> list[NoticeShown]:
    return access_notices(request.user) if isinstance(request.user, User) else []


def _title(request: HttpRequest) -> str:
    """How the person who is signed in is called here; never more than colleagues know."""
    if not isinstance(request.user, User):
        return ""
    return request.user.title(get_language() or settings.LANGUAGE_CODE)
