"""Runs the steps of the doctor, removes what they wrote, and says what came of them."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from recoverable.model.errors import InputError
from recoverable.state_backend.calls import Aws, CallError, UnreachableError
from recoverable.state_backend.doctor.gcs_scratch import GcsScratch
from recoverable.state_backend.doctor.gcs_visit import GcsVisit
from recoverable.state_backend.doctor.order import gcs_steps, s3_steps
from recoverable.state_backend.doctor.scratch import Leftover, Scratch
from recoverable.state_backend.doctor.step import CouldNotRunError, FailedError, Result, Status, Step
from recoverable.state_backend.doctor.visit import CommonVisit, Objects, Visit
from recoverable.state_backend.gcs_calls import Gcs
from recoverable.state_backend.kms_calls import CloudKms
from recoverable.state_backend.settings import GcsBackend, S3Backend


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a visit. ``left`` is what the doctor wrote and could not remove, ``notes`` what readers should know beside it."""

    backend: S3Backend | GcsBackend
    results: tuple[Result, ...]
    left: tuple[Leftover, ...]
    notes: tuple[str, ...]

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


def visit(backend: S3Backend | GcsBackend) -> Report:
    """Run every step, and remove what was written whatever happens.

    Raises:
        InputError: the cloud cannot be asked at all; nothing is left.
        InterruptedVisitError: the user pressed Ctrl-C; it holds what is left.
    """
    begun, steps = _begun(backend)
    try:
        results = tuple(_results(begun, steps))
    except KeyboardInterrupt:
        raise InterruptedVisitError(_cleaned(begun.scratch)) from None
    except BaseException:
        _cleaned(begun.scratch)
        raise
    left = _cleaned(begun.scratch)
    return Report(backend, results, left, tuple(begun.notes) if begun.scratch.wrote else ())


def _begun(backend: S3Backend | GcsBackend) -> tuple[CommonVisit, tuple[Step, ...]]:
    if isinstance(backend, S3Backend):
        aws = Aws.of(backend)
        return Visit(backend=backend, aws=aws, scratch=Scratch(aws, backend)), s3_steps(backend)
    gcs = Gcs(backend.bucket)
    return GcsVisit(backend=backend, gcs=gcs, kms=CloudKms(), scratch=GcsScratch(gcs, backend)), gcs_steps(backend)


def _cleaned(scratch: Objects) -> tuple[Leftover, ...]:
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


def _results(visit: CommonVisit, steps: tuple[Step, ...]) -> Iterator[Result]:
    passed: set[str] = set()
    for step in steps:
        missing = [name for name in step.needs if name not in passed]
        result = _skipped(step, missing[0]) if missing else _one(visit, step)
        if result.status is Status.PASS:
            passed.add(step.name)
        yield result


def _skipped(step: Step, missing: str) -> Result:
    return Result(step.name, step.title, Status.COULD_NOT_RUN, f"the step {missing} did not pass", f"Mend {missing} first.")


def _one(visit: CommonVisit, step: Step) -> Result:
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
