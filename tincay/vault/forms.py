"""Who joins a desk."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from tincay.people.models import Desk, User
from tincay.web.packs import language


class Join(forms.Form):
    """Who joins a desk: somebody of the same organisation who is not there yet."""

    user = forms.ModelChoiceField(
        label=_("Người thêm vào nhóm"), queryset=User.objects.none(), empty_label=None
    )

    def __init__(self, *args: Any, desk: Desk, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.of_desk(desk).filter(is_active=True)
        self.candidates = people.exclude(memberships__desk=desk).exclude(recipient="").order_by("username")
        field = cast("forms.ModelChoiceField[User]", self.fields["user"])
        field.queryset = self.candidates
        shown_in = language()
        field.label_from_instance = lambda user: f"{user.username} · {user.title(shown_in)}"  # type: ignore[method-assign,assignment]
