"""Who may call which view."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from tincay.people.accounts import has_second_factor
from tincay.people.models import User
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
            if not has_second_factor(user):
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
