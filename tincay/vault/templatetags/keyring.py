"""The lock in the shell of every staff page."""

from typing import Any

from django import template
from django.http import HttpRequest
from django.template.context import Context

from tincay.people.models import User
from tincay.people.rights import May
from tincay.vault.models import PersonWrap
from tincay.vault.signed_keys import has_unsafe_key
from tincay.web.strict_json import base64_text

register = template.Library()


@register.inclusion_tag("vault/lock.html", takes_context=True)
def lock(context: Context) -> dict[str, Any]:
    """Whether words are open, and where to open them; nothing for somebody who holds no key."""
    request: HttpRequest = context["request"]
    user = request.user
    if not isinstance(user, User) or not user.may(May.HOLD_KEY):
        return {"holds": False}
    wrap = PersonWrap.objects.within(user=user).first()
    return {
        "holds": True,
        "config": _config(user, wrap) if wrap else None,
        "unsafe": has_unsafe_key(user),
    }


def _config(user: User, wrap: PersonWrap) -> dict[str, Any]:
    return {
        "salt": bytes(wrap.salt).hex(),
        "n": wrap.scrypt_n,
        "r": wrap.scrypt_r,
        "p": wrap.scrypt_p,
        "sealed": base64_text(wrap.sealed),
        "recipient": user.recipient,
    }
