"""Resources that a program only reads belong to another stack and are judged there."""

from __future__ import annotations

from typing import Any

import pytest

from recoverable.clouds.build import wanted
from recoverable.model.finding import Verdict
from recoverable.readers.pulumi.preview_reader import read_preview, read_stack
from tests.support.judging import findings_of

BUCKET = "urn:pulumi:prod::shop::aws:s3/bucket:Bucket::uploads"


def state(**more: Any) -> dict[str, Any]:
    """A bucket as the engine tells one that was read: outputs, and no inputs."""
    return {
        "urn": BUCKET,
        "type": "aws:s3/bucket:Bucket",
        "custom": True,
        "id": "uploads-1",
        "inputs": {},
        "outputs": {"bucket": "uploads-1", "id": "uploads-1", "forceDestroy": False},
        **more,
    }


@pytest.mark.parametrize(("external", "judged"), [(True, False), (False, True)])
def test_a_bucket_that_is_only_read_is_not_judged(external: bool, judged: bool) -> None:
    """The twin that the stack owns is: without versions it fails."""
    op = "read" if external else "create"
    preview = {"steps": [{"op": op, "urn": BUCKET, "newState": state(external=external)}], "config": {}, "changeSummary": {op: 1}}
    export = {"deployment": {"resources": [state(external=external)]}}

    for reading in (read_preview(preview, "preview.json", wanted), read_stack(export, "stack.json", wanted)):
        failed = {item.name for item in findings_of([reading]) if item.address == BUCKET and item.verdict is Verdict.FAIL}
        assert ("versioning-off" in failed) == judged
