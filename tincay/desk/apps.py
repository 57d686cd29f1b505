"""What staff see: the queue, one report, its steps. Views only."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "tincay.desk"
