"""Promotions in an emergency, and the reviews after them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('governance', '0015_evaluation_freshness'),
        ('registry', '0007_carried_forward'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Emergency',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('ml', 'ml'), ('privacy', 'privacy'), ('legal', 'legal'), ('security', 'security')], help_text='Who may confirm it.', max_length=40)),
                ('state', models.CharField(choices=[('asked', 'Asked for'), ('confirmed', 'Confirmed'), ('refused', 'Refused'), ('withdrawn', 'Taken back')], default='asked', max_length=20)),
                ('reason', models.TextField(max_length=5000)),
                ('asked_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(null=True)),
                ('comment', models.TextField(blank=True, max_length=5000)),
                ('review_due', models.DateTimeField(null=True)),
                ('reviewed_at', models.DateTimeField(help_text='When the normal review was complete.', null=True)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('release', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='emergencies', to='governance.release')),
                ('snapshot', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.snapshot')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='AfterReview',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('role', models.CharField(choices=[('ml', 'ml'), ('privacy', 'privacy'), ('legal', 'legal'), ('security', 'security')], max_length=40)),
                ('step', models.CharField(choices=[('approve', 'approve'), ('request_changes', 'request_changes'), ('reject', 'reject')], max_length=20)),
                ('comment', models.TextField(max_length=10000)),
                ('decided_at', models.DateTimeField()),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('emergency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='governance.emergency')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.AddConstraint(
            model_name='emergency',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'asked')), fields=('release', 'snapshot'), name='one_open_emergency_of_a_release'),
        ),
        migrations.AddConstraint(
            model_name='emergency',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'confirmed')), fields=('release',), name='one_emergency_promotion_of_a_release'),
        ),
        migrations.AddConstraint(
            model_name='emergency',
            constraint=models.CheckConstraint(condition=models.Q(('decided_by', models.F('asked_by')), _negated=True), name='nobody_confirms_their_own_emergency'),
        ),
        migrations.AddConstraint(
            model_name='emergency',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='an_emergency_has_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='emergency',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'confirmed'), _negated=True), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('review_due__isnull', False), models.Q(('comment', ''), _negated=True)), _connector='OR'), name='a_confirmed_emergency_has_person_comment_and_due_day'),
        ),
        migrations.AddConstraint(
            model_name='afterreview',
            constraint=models.CheckConstraint(condition=models.Q(('comment', ''), _negated=True), name='a_review_afterwards_has_a_comment'),
        ),
    ]
