"""Terraform's lock file, as Terraform takes it: PUT with ``If-None-Match: *``, and DELETE.

``internal/backend/remote-state/s3/client.go`` of hashicorp/terraform.
"""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor

from recoverable.state_backend.calls import CallError
from recoverable.state_backend.doctor.step import FailedError
from recoverable.state_backend.doctor.visit import STATE, Visit
from recoverable.state_backend.names import LOCK

REFUSED = ("PreconditionFailed", "412", "ConditionalRequestConflict", "409")
"""What S3 says to whoever comes second: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html"""
WRITERS = 8
ROUNDS = 3
UNHONOURED = "The server does not honour If-None-Match on PUT. Use another one, or set lock_table and the block that `show` prints with it."
NAME = f"{STATE}{LOCK}"


def take(visit: Visit) -> str:
    """The lock is taken, and holds what was written."""
    visit.bodies["lock"] = _lock(visit, "first")
    try:
        visit.scratch.put(NAME, visit.bodies["lock"], only_if_absent=True)
        found = visit.scratch.get(NAME)
    except CallError as error:
        raise visit.refused(error, "taking the lock") from None
    if found != visit.bodies["lock"]:
        raise FailedError("the lock does not hold what was written", "Do not keep state there.")
    return "it is taken"


def second_writer(visit: Visit) -> str:
    """Whoever comes second is refused, and the lock is still the first's."""
    try:
        visit.scratch.put(NAME, _lock(visit, "second"), only_if_absent=True)
    except CallError as error:
        if error.code not in REFUSED:
            raise visit.refused(error, "a second lock") from None
    else:
        raise FailedError("a second writer took the lock while the first held it", UNHONOURED)
    if visit.scratch.get(NAME) != visit.bodies["lock"]:
        raise FailedError("the second writer was refused, and the lock is not the first's any more", UNHONOURED)
    return "it is refused, and the lock is still the first's"


def race(visit: Visit) -> str:
    """Of several at the same moment exactly one wins."""
    for number in range(ROUNDS):
        name = f"race-{number}{LOCK}"
        start = threading.Barrier(WRITERS)

        def compete(who: int, name: str = name, start: threading.Barrier = start) -> bool:
            start.wait()
            try:
                visit.scratch.put(name, _lock(visit, str(who)), only_if_absent=True)
            except CallError as error:
                if error.code in REFUSED:
                    return False
                raise visit.refused(error, "a lock that others want, too,") from None
            return True

        with ThreadPoolExecutor(WRITERS) as pool:
            winners = sum(pool.map(compete, range(WRITERS)))
        if winners != 1:
            raise FailedError(f"of {WRITERS} writers at once {winners} took the lock (round {number + 1})", UNHONOURED)
    return f"of {WRITERS} writers at once one wins, in {ROUNDS} rounds"


def release(visit: Visit) -> str:
    """The lock is released, and can be taken again."""
    stays = "A lock that stays blocks everyone until somebody removes it: allow s3:DeleteObject on what ends in .tflock."
    try:
        visit.scratch.delete(NAME)
    except CallError as error:
        if error.denied:
            raise FailedError(f"the lock cannot be released: {error}", f"{stays} {visit.fix_policy()}") from None
        raise visit.refused(error, "releasing the lock") from None
    try:
        visit.scratch.put(NAME, _lock(visit, "third"), only_if_absent=True)
        visit.scratch.delete(NAME)
    except CallError as error:
        if error.code in REFUSED:
            raise FailedError("the lock was released, and cannot be taken again", UNHONOURED) from None
        raise visit.refused(error, "taking the lock again") from None
    return "it is released, and taken and released again"


def _lock(visit: Visit, who: str) -> bytes:
    """What Terraform writes into its lock, as far as it matters."""
    return json.dumps({"ID": f"{visit.scratch.run}-{who}", "Operation": "doctor", "Who": "recoverable"}).encode()
