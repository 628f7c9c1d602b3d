from django.db import migrations, models

REMINDED = [("soon", "soon"), ("overdue", "overdue")]


class Migration(migrations.Migration):
    dependencies = [("governance", "0025_evidence_reminders")]

    operations = [
        migrations.AddField(
            model_name="risk",
            name="review_reminded",
            field=models.CharField(blank=True, choices=REMINDED, default="", max_length=10),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="risk",
            name="acceptance_reminded",
            field=models.CharField(blank=True, choices=REMINDED, default="", max_length=10),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="riskaction",
            name="reminded",
            field=models.CharField(blank=True, choices=REMINDED, default="", max_length=10),
            preserve_default=False,
        ),
    ]
