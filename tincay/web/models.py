"""What this install is: one row, made once."""

import secrets
from datetime import timedelta
from functools import lru_cache

from django.conf import settings
from django.db import models


def new_salt() -> bytes:
    return secrets.token_bytes(32)


class Install(models.Model):
    """The install itself. `salt` stretches receipt codes; `demo` can never be changed once set.

    `origin` is the log's name: every command has to be told the same one. Empty until the log begins.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    salt = models.BinaryField(default=new_salt, editable=False)
    demo = models.BooleanField(default=False, editable=False)
    origin = models.CharField(max_length=120, default="", blank=True, editable=False)
    demo_offset = models.DurationField(default=timedelta, editable=False)
    name_vi = models.CharField(max_length=60, default="Thông tin cộng đồng")
    name_en = models.CharField(max_length=60, default="Community information")

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_install")]

    @property
    def is_demo(self) -> bool:
        """Whether this is a demo by its row and by its data folder: who can write rows alone makes none."""
        return self.demo and bool(settings.TINCAY_DEMO)

    def name(self, language: str) -> str:
        return self.name_en if language == "en" else self.name_vi


@lru_cache(maxsize=1)
def this_install() -> Install:
    """The install's row, read once a process: nothing in it changes while a server runs but `demo_offset`."""
    return Install.objects.get_or_create(id=1)[0]


def rename(*, vi: str, en: str) -> None:
    """Give the install the name that its pages show."""
    this_install()
    Install.objects.filter(id=1).update(name_vi=vi, name_en=en)
    this_install.cache_clear()


def keep_origin(origin: str) -> None:
    """Keep the name under which the log of this install goes from now on."""
    this_install()
    Install.objects.filter(id=1).update(origin=origin)
    this_install.cache_clear()
