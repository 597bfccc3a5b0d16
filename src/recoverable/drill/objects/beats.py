"""Writes the heartbeat object of a bucket: the only thing by which a drill can tell how far a replica is behind."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from recoverable.drill.aws.clients import Service
from recoverable.drill.contract import Clock, RestoreFailedError, TransientError
from recoverable.drill.gcs.api import GcsApi
from recoverable.drill.gcs.refusals import explained
from recoverable.model.errors import InputError

LONGEST_WAIT = 60.0
"""Seconds between tries while the cloud does not answer."""


def beats_on_s3(settings: Mapping[str, Any], region: str, clock: Clock) -> Callable[[], None]:
    """Writes one heartbeat when it is called."""
    s3 = Service("s3", region, clock.sleep)
    return lambda: _beat_on_s3(s3, settings["bucket"], settings["heartbeat"], clock)


def beats_on_gcs(settings: Mapping[str, Any], api: GcsApi, clock: Clock) -> Callable[[], None]:
    """Writes one heartbeat when it is called."""

    def beat() -> None:
        with explained("the heartbeat cannot be written"):
            api.write(settings["bucket"], settings["heartbeat"], _content(clock))

    return beat


def write_beats(
    settings: Mapping[str, Any], beat: Callable[[], None], clock: Clock, say: Callable[[str], None], *, seconds: float, times: int | None
) -> int:
    """Write one by ``beat`` each ``seconds``, ``times`` times or for ever; how many were written.

    Raises:
        InputError: the settings name no key, or the cloud refuses.
        TransientError: nobody answers, and only so many beats were asked for.
    """
    if not settings["heartbeat"]:
        raise InputError(
            "the store names no heartbeat object", "[drill.stores.NAME.source]", 'Add heartbeat = "recoverable/heartbeat.json".'
        )
    written = 0
    while times is None or written < times:
        since = clock.monotonic()
        try:
            beat()
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


def _content(clock: Clock) -> bytes:
    return json.dumps({"at": clock.now().isoformat(timespec="seconds")}).encode()


def _beat_on_s3(s3: Service, bucket: str, key: str, clock: Clock) -> None:
    s3.call("PutObject", Bucket=bucket, Key=key, Body=_content(clock), ContentType="application/json", ChecksumAlgorithm="SHA256")
