"""A Merkle tree over the journal, grown over what is already written, and signed checkpoints of it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import migrations, models

from registry.merkle import Growing, leaf_hash

BATCH = 2000
TRIGGER = """
CREATE TRIGGER {table}_is_append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION registry_refuse_change();
"""
TABLES = ("registry_journalnode", "registry_checkpoint")


def grow(apps: Any, schema_editor: Any) -> None:
    """Build the tree over the entries that are there."""
    entries, nodes = apps.get_model("registry", "AuditEntry"), apps.get_model("registry", "JournalNode")
    tree, made = Growing(), []
    for number, digest in entries.objects.order_by("number").values_list("number", "digest").iterator(chunk_size=BATCH):
        below = tree.add(leaf_hash(bytes.fromhex(digest)))
        made += [nodes(number=number, level=level, digest=node.hex()) for (level, _), node in below]
        if len(made) >= BATCH:
            nodes.objects.bulk_create(made)
            made = []
    nodes.objects.bulk_create(made)
    apps.get_model("registry", "JournalHead").objects.update(peaks=tree.text)


def guard(apps: Any, schema_editor: Any) -> None:
    """On PostgreSQL neither the tree nor a checkpoint can be changed or deleted."""
    if schema_editor.connection.vendor == "postgresql":
        for table in TABLES:
            schema_editor.execute(TRIGGER.format(table=table))


class Migration(migrations.Migration):
    """The tree and its checkpoints."""

    dependencies: ClassVar = [("registry", "0003_snapshots_are_read_whole")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("number", models.BigIntegerField(help_text="Entries that it covers.", primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("root", models.CharField(max_length=64)),
                ("envelope", models.TextField(help_text="DSSE, as JSON.")),
            ],
            options={"ordering": ["-number"]},
        ),
        migrations.AddField(
            model_name="journalhead",
            name="peaks",
            field=models.TextField(default="", help_text="Roots of the tree's perfect subtrees in hex, the largest first."),
        ),
        migrations.AlterField(
            model_name="auditentry",
            name="actor_name",
            field=models.CharField(db_index=True, max_length=120),
        ),
        migrations.CreateModel(
            name="JournalNode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.BigIntegerField(help_text="The last entry below it.")),
                ("level", models.PositiveSmallIntegerField(help_text="It covers 2 to this power entries.")),
                ("digest", models.CharField(max_length=64)),
            ],
            options={
                "ordering": ["number", "level"],
                "constraints": [models.UniqueConstraint(fields=("number", "level"), name="one_node_per_place")],
            },
        ),
        migrations.RunPython(grow, migrations.RunPython.noop),
        migrations.RunPython(guard, migrations.RunPython.noop),
    ]
