"""Her own pages: stages, messages, consents, data, proof."""

from django.apps import AppConfig


class VisitConfig(AppConfig):
    name = "tincay.visit"
