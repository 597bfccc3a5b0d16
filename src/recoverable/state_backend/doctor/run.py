"""All steps of the doctor in their order, and what came of them."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from recoverable.model.errors import InputError
from recoverable.state_backend.calls import Aws, CallError, UnreachableError
from recoverable.state_backend.doctor import bucket_steps, key_step, lifecycle_step, lock_steps, object_steps, pulumi_steps, table_steps
from recoverable.state_backend.doctor.scratch import Leftover, Scratch
from recoverable.state_backend.doctor.step import CouldNotRunError, FailedError, Result, Status, Step
from recoverable.state_backend.doctor.visit import Visit
from recoverable.state_backend.settings import S3Backend

EVERYONE = (
    Step("bucket", "the bucket is there, in its region", bucket_steps.bucket, ()),
    Step("versioning", "every version of state is kept", bucket_steps.versioning),
    Step("public-access", "nothing can be opened to everyone", bucket_steps.public_access),
    Step("tls-only", "plain HTTP is denied", bucket_steps.tls_only),
    Step("lifecycle", "no lifecycle eats state", lifecycle_step.lifecycle),
)
OBJECTS = (
    Step("write", "state is written and read", object_steps.write),
    Step("encryption", "what clients write is encrypted", object_steps.encryption, ("write",)),
    Step("default-encryption", "what is written without a header is encrypted, too", object_steps.default_encryption, ("write",)),
    Step("older-version", "a replaced state is read by its version", object_steps.older_version, ("write",)),
)
KEYS = (Step("key", "the keys work", key_step.keys),)
LOCK_FILE = (
    Step("lock", "Terraform's lock file is taken", lock_steps.take, ("write",)),
    Step("second-writer", "a second writer is refused", lock_steps.second_writer, ("lock",)),
    Step("race", "of several writers at once one wins", lock_steps.race, ("second-writer",)),
    Step("unlock", "the lock is released", lock_steps.release, ("lock",)),
)
TABLE = (
    Step("table", "the lock table is there, and keyed by LockID", table_steps.table),
    Step("table-lock", "a lock is taken in the table", table_steps.take, ("table",)),
    Step("table-second-writer", "a second writer is refused by the table", table_steps.second_writer, ("table-lock",)),
    Step("table-race", "of several writers at once one wins in the table", table_steps.race, ("table-second-writer",)),
    Step("table-unlock", "the lock in the table is released", table_steps.release, ("table-lock",)),
)
PULUMI = (
    Step("pulumi-lock", "Pulumi's lock shows, refuses and is released", pulumi_steps.lock, ("write",)),
    Step("pulumi-race", "of two Pulumi writers at once never both go on", pulumi_steps.race, ("pulumi-lock",)),
)


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a visit. ``left`` is what the doctor wrote and could not remove."""

    backend: S3Backend
    results: tuple[Result, ...]
    left: tuple[Leftover, ...]

    @property
    def proven(self) -> bool:
        """Whether there were steps, and every one passed."""
        return bool(self.results) and all(each.status is Status.PASS for each in self.results)

    @property
    def crashed(self) -> bool:
        """Whether a step of ours broke."""
        return any(each.crashed for each in self.results)

    @property
    def unreachable(self) -> bool:
        """Whether a step could not run because nobody answered."""
        return any(each.unreachable for each in self.results)


def steps_of(backend: S3Backend) -> tuple[Step, ...]:
    """The steps that a backend's clients need."""
    terraform, pulumi = "terraform" in backend.clients, "pulumi" in backend.clients
    keyed = backend.kms_key or (pulumi and backend.secrets_key)
    return (
        *EVERYONE,
        *(KEYS if keyed else ()),
        *OBJECTS,
        *(LOCK_FILE if terraform else ()),
        *(TABLE if terraform and backend.lock_table else ()),
        *(PULUMI if pulumi else ()),
    )


def visit(backend: S3Backend) -> Report:
    """Run every step, and remove what was written whatever happens.

    Raises:
        InputError: AWS cannot be asked at all; nothing is left.
        InterruptedVisitError: the user pressed Ctrl-C; it holds what is left.
    """
    aws = Aws.of(backend)
    scratch = Scratch(aws, backend)
    try:
        results = tuple(_results(Visit(backend, aws, scratch), steps_of(backend)))
    except KeyboardInterrupt:
        raise InterruptedVisitError(_cleaned(scratch)) from None
    except BaseException:
        _cleaned(scratch)
        raise
    return Report(backend, results, _cleaned(scratch))


def _cleaned(scratch: Scratch) -> tuple[Leftover, ...]:
    """What is left; whoever interrupts the clean-up, too, is told of everything that was written."""
    try:
        return tuple(scratch.clean())
    except KeyboardInterrupt:
        raise InterruptedVisitError(tuple(scratch.noted())) from None


class InterruptedVisitError(Exception):
    """The visit was interrupted. ``left`` is what could not be removed."""

    def __init__(self, left: tuple[Leftover, ...]) -> None:
        super().__init__("interrupted")
        self.left = left


def _results(visit: Visit, steps: tuple[Step, ...]) -> Iterator[Result]:
    passed: set[str] = set()
    for step in steps:
        missing = [name for name in step.needs if name not in passed]
        result = _skipped(step, missing[0]) if missing else _one(visit, step)
        if result.status is Status.PASS:
            passed.add(step.name)
        yield result


def _skipped(step: Step, missing: str) -> Result:
    return Result(step.name, step.title, Status.COULD_NOT_RUN, f"the step {missing} did not pass", f"Mend {missing} first.")


def _one(visit: Visit, step: Step) -> Result:
    try:
        return Result(step.name, step.title, Status.PASS, step.run(visit))
    except FailedError as error:
        return Result(step.name, step.title, Status.FAIL, error.found, error.fix)
    except CouldNotRunError as error:
        return Result(step.name, step.title, Status.COULD_NOT_RUN, error.why, error.fix)
    except CallError as error:
        failed = visit.refused(error, "a call")
        return Result(step.name, step.title, Status.FAIL, failed.found, failed.fix)
    except InputError as error:
        if not visit.scratch.wrote:
            raise
        # Credentials that were good a moment ago: what was written has to be removed or told.
        return Result(step.name, step.title, Status.COULD_NOT_RUN, error.what, error.fix)
    except UnreachableError as error:
        return Result(step.name, step.title, Status.COULD_NOT_RUN, str(error), "Run it again.", unreachable=True)
    except Exception as error:  # told with its place and without its text, which could hold anything; what was written is still removed
        place = traceback.extract_tb(error.__traceback__)[-1]
        what = f"internal error: {type(error).__name__} at {Path(place.filename).name}:{place.lineno}"
        return Result(step.name, step.title, Status.COULD_NOT_RUN, what, "This is a bug of recoverable.", crashed=True)
