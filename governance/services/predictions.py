"""Taking a file of predictions in.

The rule: the bytes go to disk once, as they come; a file is looked into
before it is kept, and one that is refused is never kept.
"""

from __future__ import annotations

from typing import Final

from django.db import transaction

from governance.fairness import predictions
from governance.fairness.ranges import Range, ranges
from governance.models import Predictions
from governance.services import files
from governance.services.files import Readable, Staged
from registry import audit, policy
from registry.models import Version
from registry.policy import Action, Actor
from registry.services.versions import clean_filename, locked_version

SHELF: Final = "predictions"


def upload_predictions(*, actor: Actor, version_id: int, filename: str, stream: Readable, most_bytes: int) -> Predictions:
    """Keep a file of predictions that comes as a stream, after looking into it.

    Raises:
        ForbiddenError: the actor does not write in the team; nothing is read.
        DomainError: too large, or not a CSV or Parquet table; nothing is kept.
    """
    _require(actor, version_id)
    name = clean_filename(filename)
    with files.staged(stream, most_bytes=most_bytes, filename=name) as staging:
        return take_predictions(actor=actor, version_id=version_id, filename=name, staging=staging)


def take_predictions(*, actor: Actor, version_id: int, filename: str, staging: Staged) -> Predictions:
    """Keep a file of predictions that is on disk already, after looking into it.

    The look may take seconds, so it happens before the transaction. The staged
    file is moved to its shelf; its owner still closes it.

    Raises:
        ForbiddenError: the actor does not write in the team.
        DomainError: not a CSV or Parquet table; nothing is kept.
    """
    _require(actor, version_id)
    name = clean_filename(filename)
    preview = predictions.inspect(staging.path, filename=name)
    reach = ranges(staging.path, preview)
    return _keep(actor, version_id, name, staging, preview=preview, reach=reach)


@transaction.atomic
def _keep(
    actor: Actor, version_id: int, name: str, staging: Staged, *, preview: predictions.Preview, reach: dict[str, Range]
) -> Predictions:
    version = locked_version(actor, version_id, Action.EVALUATION_REQUEST)
    files.keep_staged(SHELF, staging)
    uploaded = Predictions.objects.create(
        version=version,
        filename=name,
        sha256=staging.sha256,
        size=staging.size,
        preview=preview.to_json(),
        ranges={column: {**vars(one), "cuts": list(one.cuts)} for column, one in reach.items()},
        uploaded_by_id=actor.id,
    )
    detail = {"predictions": name, "sha256": staging.sha256, "rows": preview.rows}
    audit.record(actor, Action.EVALUATION_REQUEST, version.subject, detail)
    return uploaded


def _require(actor: Actor, version_id: int) -> None:
    version = Version.objects.select_related("asset").get(pk=version_id)
    policy.require(actor, Action.EVALUATION_REQUEST, version.target)
