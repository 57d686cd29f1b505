"""Leaves, tiles and checkpoints as rows, and the public pages of the log. Organisations are opaque here."""

from django.apps import AppConfig


class RecordConfig(AppConfig):
    name = "tincay.record"
