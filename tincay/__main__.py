"""`python -m tincay COMMAND`: the command line."""

import os
import sys


def main() -> None:
    """Run a statistical tool or a management command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tincay.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["tincay", *sys.argv[1:]])


if __name__ == "__main__":
    main()
