"""The report: its stage, its clocks, its consents, its messages."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "tincay.intake"
