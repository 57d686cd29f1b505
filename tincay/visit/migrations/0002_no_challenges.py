from django.db import migrations


class Migration(migrations.Migration):
    """What is asked is in the ticket, and no row (visit.tickets)."""

    dependencies = [("visit", "0001_initial")]

    operations = [migrations.DeleteModel("Challenge")]
