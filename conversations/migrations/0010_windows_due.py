from django.db import migrations
from django.db.models import F


def look_at_all_once(apps, schema_editor):
    """The next round reads the windows of conversations that are not at their end, and writes down when each moves next."""
    rows = apps.get_model("conversations", "Conversation").objects.using(schema_editor.connection.alias)
    rows.filter(last_inbound_at__isnull=False).exclude(window_state="surcharge").update(
        window_moves_at=F("last_inbound_at")
    )


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0009_windows'),
    ]

    operations = [
        migrations.RunPython(look_at_all_once, migrations.RunPython.noop),
    ]
