"""The life of one report: steps, deadlines, messages, consents, its end."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "tincay.reports"
