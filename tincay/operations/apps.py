"""What keeps an install running: scheduled work, health, serving, enrolment."""

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "tincay.operations"
