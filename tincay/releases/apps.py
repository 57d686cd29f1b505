"""Numbers that were published, and the privacy budget they cost: written once, read by everybody."""

from django.apps import AppConfig


class ReleasesConfig(AppConfig):
    name = "tincay.releases"
