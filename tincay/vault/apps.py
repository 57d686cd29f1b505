"""Sealed words and the wraps that open them. Nothing else stores free text."""

from django.apps import AppConfig


class VaultConfig(AppConfig):
    name = "tincay.vault"
