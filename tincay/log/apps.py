"""Leaves, tiles and checkpoints as rows, and the public pages of the log. Organisations are opaque here."""

from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured


class LogConfig(AppConfig):
    name = "tincay.log"

    def ready(self) -> None:
        register(check_witnesses)


def check_witnesses(**_: Any) -> list[CheckMessage]:
    """Witnesses that cannot be meant stop every command, the server's own first."""
    from tincay.log import keys

    try:
        keys.trusted_policy()
    except ImproperlyConfigured as wrong:
        return [Error(str(wrong), id="log.E001")]
    return []
