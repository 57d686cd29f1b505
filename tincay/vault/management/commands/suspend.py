"""`tincay suspend NAME`: shut somebody out at once. `tincay reset_access NAME` lets them in again."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from tincay.people.models import User
from tincay.vault.actions import suspend_member


class Command(BaseCommand):
    help = "End a user's sessions and second factors and take the user from the desks."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name")

    def handle(self, *, name: str, **options: object) -> None:
        user = User.objects.for_the_rules().filter(username=name).first()
        if user is None:
            raise CommandError("Nobody has this name.")
        kept_seats = suspend_member(user=user)
        self.stdout.write("Suspended. The desks' keys have to be made anew: a supervisor's page says where.")
        for desk in kept_seats:
            self.stdout.write(f"{desk.code}: nobody else can open its reports; the seat and its key stay.")
