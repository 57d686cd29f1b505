"""The site's furniture. It knows no domain."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "tincay.web"
