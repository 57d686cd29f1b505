"""Which passwords are refused, in our words: short ones, those that everybody tries first, those made of the name."""

import re
from difflib import SequenceMatcher
from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tincay.core.letters import fold

LEAST = 12
TRIED_FIRST = {
    "matkhau", "matkhaucuatoi", "khongcomatkhau", "khongbiet", "anhyeuem", "emyeuanh", "yeuem", "yeuanh", "iloveyou",
    "toiyeuvietnam", "vietnam", "vietnamvodich", "hanoi", "saigon", "hochiminh", "danang", "tincay", "nguoihotro",
    "hotro", "giadinh", "hanhphuc", "maimaiyeuem", "maimaibenem", "motconvit", "chucmungnammoi", "password", "admin",
    "welcome", "qwerty", "qwertyuiop", "asdfgh", "asdfghjkl", "zxcvbnm", "abc", "abcd", "abcdef", "qwertyuiopasdfghjkl",
}  # fmt: skip
"""What is left of common Vietnamese passwords without digits and marks; one said twice is no better."""


class PasswordRule:
    """Django asks every rule for a hint; what is wanted is said where a password is refused."""

    def get_help_text(self) -> str:
        return ""


class LongEnough(PasswordRule):
    """Twelve characters (ASVS 5.0, 6.2.1 asks for eight at least)."""

    def validate(self, password: str, user: object = None) -> None:
        if len(password) < LEAST:
            raise ValidationError(
                _("Mật khẩu cần ít nhất %(n)d ký tự. Bốn chữ rời nhau là đủ.") % {"n": LEAST}
            )


class NotTriedFirst(PasswordRule, CommonPasswordValidator):
    """Neither on Django's list of common passwords nor a common word with digits and marks around it."""

    def validate(self, password: str, user: object = None) -> None:
        if self._is_common(password):
            raise ValidationError(
                _("Nhiều người dùng mật khẩu này nên nó bị thử đầu tiên. Bạn chọn cái khác nhé.")
            )

    def _is_common(self, password: str) -> bool:
        letters = re.sub(r"[^a-z]", "", fold(password))
        once = re.sub(r"^(.+?)\1+$", r"\1", letters)
        tried = {password.lower().strip(), letters, once}
        return len(set(letters)) < 3 or bool(tried & TRIED_FIRST) or bool(tried & self.passwords)


class NotTheName(PasswordRule):
    """Not the user name, and not nearly that."""

    def validate(self, password: str, user: Any = None) -> None:
        name = fold(getattr(user, "username", "") or "").replace(" ", "")
        typed = fold(password).replace(" ", "")
        if len(name) > 2 and (name in typed or SequenceMatcher(a=typed, b=name).quick_ratio() >= 0.7):
            raise ValidationError(_("Mật khẩu giống tên đăng nhập quá. Bạn chọn cái khác nhé."))
