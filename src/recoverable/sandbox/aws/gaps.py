"""The layer in front of moto's server that answers what moto lacks and refuses what moto wrongly lets through.

Everything else goes to moto untouched. Answers that are wholly ours carry the header ``x-recoverable-stand-in: fake``. The state of
ours lives in moto's own, so moto's reset empties it. ``GAPS`` is the list, ``NOT_HELD`` what stays missing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

from recoverable.sandbox.aws import (  # noqa: F401 - imported for the gaps that they fill
    gaps_backup,
    gaps_bucket_policy,
    gaps_databases,
    gaps_events,
    gaps_groups,
    gaps_identity,
    gaps_key_ids,
    gaps_keys,
    gaps_replication,
    gaps_restore_testing,
    gaps_s3,
    gaps_services,
    gaps_tables,
)
from recoverable.sandbox.aws.gaps_faults import PATH, Faults, struck
from recoverable.sandbox.aws.gaps_table import FILLED, GAPS, NOT_HELD, Gap
from recoverable.sandbox.aws.gaps_validation import faults as faults_of
from recoverable.sandbox.aws.gaps_wire import (
    Answer,
    ApiError,
    Call,
    Environ,
    Start,
    account_of,
    again,
    body_of,
    operation_of,
    parsed,
    protocol_of,
    serialized,
    signed_for,
)

__all__ = ["GAPS", "NOT_HELD", "Gap", "wrap"]

App = Callable[[Environ, Start], Iterable[bytes]]


def wrap(app: App) -> App:
    """A WSGI application that fills the gaps of the one it is given (moto's)."""
    faults, lock = Faults(), threading.RLock()
    app = gaps_s3.wrap(app)
    gaps_identity.show_managed_policies()
    gaps_bucket_policy.read_conditions()
    gaps_key_ids.make_them_fit()

    def answer(environ: Environ, start_response: Start) -> Iterable[bytes]:
        if environ.get("PATH_INFO") == PATH:
            return faults.serve(environ, start_response)
        who = signed_for(environ)
        services = {service for service, _ in FILLED} | faults.services()
        if who is None or who[2] not in services:
            return app(environ, start_response)
        body = body_of(environ)
        met = _met(app, environ, body, who, faults, lock)
        return met.give(start_response) if met else app(again(environ, body), start_response)

    return answer


def _met(app: App, environ: Environ, body: bytes, who: tuple[str, str, str], faults: Faults, lock: Any) -> Answer | None:
    """What this layer says to a call; None where it is moto's alone."""
    key, region, service = who
    found = operation_of(service, environ, body)
    if found is None:
        return None
    operation, path, request = found
    protocol = protocol_of(operation, request)
    fault = faults.take(service, str(operation.name))
    hit = struck(fault, operation, protocol) if fault else None
    fill = FILLED.get((service, str(operation.name)))
    if hit or fill is None:
        return hit
    from moto.core.exceptions import ServiceException

    try:
        given = parsed(operation, path, request, body)
        for code, message in faults_of(operation, protocol, given, body):
            raise ApiError(code, message)
        call = Call(app, environ, body, service, region, account_of(key, environ), operation, given)
        with lock:
            result = fill(call)
    except (ApiError, ServiceException) as error:
        return serialized(operation, protocol, error)
    return result if isinstance(result, Answer) else serialized(operation, protocol, result)
