"""Where signing in differs from allauth's own pages."""

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn.views import RemoveWebAuthnView
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _


class RemovePasskey(RemoveWebAuthnView):  # type: ignore[misc]
    """The last second factor stays."""

    def form_valid(self, form: object) -> HttpResponse:
        if not get_adapter().can_delete_authenticator(self.get_object()):
            messages.error(self.request, _("Bạn cần giữ ít nhất một cách xác nhận."))
            return redirect("mfa_list_webauthn")
        return super().form_valid(form)  # type: ignore[no-any-return]
