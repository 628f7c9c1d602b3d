"""What verification found of the journal."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('registry', '0009_template_editions'),
    ]

    operations = [
        migrations.AddField(
            model_name='journalhead',
            name='broken',
            field=models.BigIntegerField(help_text='The first entry that verification found broken; the gate is closed while there is one.', null=True),
        ),
    ]
