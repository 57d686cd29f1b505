"""What this install is: one row, made once."""

import secrets
from datetime import timedelta
from functools import lru_cache

from django.db import models


def new_salt() -> bytes:
    return secrets.token_bytes(32)


class Install(models.Model):
    """The install itself. `salt` stretches receipt codes; `demo` can never be changed once set."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    salt = models.BinaryField(default=new_salt, editable=False)
    demo = models.BooleanField(default=False, editable=False)
    demo_offset = models.DurationField(default=timedelta, editable=False)
    name_vi = models.CharField(max_length=60, default="Thông tin cộng đồng")
    name_en = models.CharField(max_length=60, default="Community information")

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_install")]

    def name(self, language: str) -> str:
        return self.name_en if language == "en" else self.name_vi


@lru_cache(maxsize=1)
def this_install() -> Install:
    """The install's row, read once a process: nothing in it changes while a server runs but `demo_offset`."""
    return Install.objects.get_or_create(id=1)[0]
