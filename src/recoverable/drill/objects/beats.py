"""Writes the heartbeat object of a bucket: the only thing by which a drill can tell how far a replica is behind."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from recoverable.drill.aws.clients import Service
from recoverable.drill.contract import Clock, RestoreFailedError, TransientError
from recoverable.model.errors import InputError

LONGEST_WAIT = 60.0
"""Seconds between tries while S3 does not answer."""


def write_beats(
    settings: Mapping[str, Any], region: str, clock: Clock, say: Callable[[str], None], *, seconds: float, times: int | None
) -> int:
    """Write one each ``seconds``, ``times`` times or for ever; how many were written.

    Raises:
        InputError: the settings name no key, or S3 refuses.
        TransientError: nobody answers, and only so many beats were asked for.
    """
    if not settings["heartbeat"]:
        raise InputError(
            "the store names no heartbeat object", "[drill.stores.NAME.source]", 'Add heartbeat = "recoverable/heartbeat.json".'
        )
    s3 = Service("s3", region, clock.sleep)
    written = 0
    while times is None or written < times:
        since = clock.monotonic()
        try:
            _beat(s3, settings["bucket"], settings["heartbeat"], clock)
            written += 1
        except TransientError as error:
            if times is not None:
                raise
            say(str(error))
            clock.sleep(min(LONGEST_WAIT, seconds))
            continue
        except RestoreFailedError as error:
            raise InputError(error.what, settings["bucket"], error.fix) from None
        if times is None or written < times:
            clock.sleep(max(0.0, seconds - (clock.monotonic() - since)))
    return written


def _beat(s3: Service, bucket: str, key: str, clock: Clock) -> None:
    body = json.dumps({"at": clock.now().isoformat(timespec="seconds")}).encode()
    s3.call("PutObject", Bucket=bucket, Key=key, Body=body, ContentType="application/json", ChecksumAlgorithm="SHA256")
