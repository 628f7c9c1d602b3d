"""Requirements that are set aside for a time."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('governance', '0012_risks'),
        ('registry', '0004_journal_tree'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Waiver',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('requirement', models.CharField(help_text='Key of the requirement, such as framework:nist_ai_rmf.', max_length=100)),
                ('title', models.CharField(help_text='The requirement in words, as it was shown.', max_length=200)),
                ('role', models.CharField(choices=[('ml', 'ml'), ('privacy', 'privacy'), ('legal', 'legal'), ('security', 'security')], help_text='Who may grant it.', max_length=40)),
                ('state', models.CharField(choices=[('requested', 'Asked for'), ('granted', 'Granted'), ('refused', 'Refused'), ('withdrawn', 'Taken back'), ('revoked', 'Revoked')], default='requested', max_length=20)),
                ('reason', models.TextField(max_length=5000)),
                ('days', models.PositiveIntegerField(help_text='For how long it is asked for, or was granted.')),
                ('requested_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(null=True)),
                ('comment', models.TextField(blank=True, max_length=5000)),
                ('until', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('end_reason', models.TextField(blank=True, max_length=5000)),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('release', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='waivers', to='governance.release')),
                ('requested_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('snapshot', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='registry.snapshot')),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'requested')), fields=('release', 'snapshot', 'requirement'), name='one_open_request_for_a_waiver'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['granted', 'revoked']), _negated=True), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), ('until__isnull', False), models.Q(('comment', ''), _negated=True)), _connector='OR'), name='a_granted_waiver_has_person_comment_and_end'), models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), _negated=True), ('days__gte', 1)), name='a_waiver_has_a_reason_and_days'), models.CheckConstraint(condition=models.Q(('decided_by', models.F('requested_by')), _negated=True), name='nobody_answers_their_own_waiver')],
            },
        ),
    ]
