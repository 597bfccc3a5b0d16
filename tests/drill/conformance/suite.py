"""What every provider of restores must do (``recoverable.drill.contract``). A provider's own file subclasses it:

class TestMyProvider(ProviderConformance):
    @pytest.fixture()
    def subject(self, tmp_path): return Subject(make=…, settings=…, clock=…, things=…, plant=…, state=tmp_path / "state")
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator

import pytest

from recoverable.drill.connection import Connection
from recoverable.drill.contract import Resource, RestoreFailedError
from recoverable.drill.engine import Outcome
from recoverable.drill.interrupts import Interrupts
from recoverable.drill.journal import Journal, journals, new_run_id
from recoverable.drill.reaper import Reaped, reap
from recoverable.drill.redaction import Redactor
from recoverable.drill.run import DrillRun
from recoverable.drill.verdict import DrillVerdict
from tests.drill.conformance import touches
from tests.drill.conformance.slices import points
from tests.drill.conformance.subject import Subject
from tests.drill.conformance.touches import Touches
from tests.drill.harness import hours

FIRES: dict[str, Callable[[], None]] = {
    "Ctrl-C": touches.interrupt,
    "over budget": touches.run_over,
    "network gone": touches.fall_off_the_net,
    "bug": touches.break_down,
}
MOST_TOUCHES = 500


def reaped(subject: Subject) -> Reaped:
    """The reaper, as another process would run it."""
    return reap(subject.state, lambda name: subject.make(), [subject.make().name], subject.clock, lambda seconds: None)


@contextlib.contextmanager
def running(subject: Subject, run_id: str = "") -> Iterator[DrillRun]:
    """A run without an engine around it."""
    now = subject.clock.now()
    journal = Journal(subject.state, run_id or new_run_id(now))
    journal.begin("orders", subject.make().name, now, now + hours(8))
    try:
        yield DrillRun(journal.run, now + hours(8), subject.clock, journal, {}, Redactor(), Interrupts(), lambda line: None)
    finally:
        journal.release()


class ProviderConformance:
    """One suite for all."""

    @pytest.fixture
    def subject(self) -> Subject:
        raise NotImplementedError("a provider's own file makes its subject")

    def test_a_drill_is_verified_and_leaves_nothing(self, subject: Subject) -> None:
        before = subject.things()
        outcome = subject.harness().drill(target=subject.target)

        assert outcome.evidence.verdict is DrillVerdict.VERIFIED, outcome.evidence.reason
        assert (subject.things(), list(journals(subject.state))) == (before, [])

    def test_the_window_is_in_order_and_aware(self, subject: Subject) -> None:
        window = subject.make().window(subject.store())

        assert window.earliest is not None
        assert window.latest is not None
        assert window.earliest <= window.latest
        assert window.earliest.utcoffset() is not None

    def test_preflight_makes_nothing_and_announces_nothing(self, subject: Subject) -> None:
        before = subject.things()
        with running(subject) as run:
            checks = list(subject.make().preflight(subject.store(), subject.target, run))

            assert checks
            assert all(check.name and check.detail for check in checks)
            assert run.journal.intents() == ()
        assert subject.things() == before

    def test_everything_that_is_made_was_announced_under_its_exact_name(self, subject: Subject) -> None:
        before = subject.things()
        with running(subject) as run:
            with subject.make().restored(subject.store(), subject.target, run) as restored:
                made = subject.things() - before
                announced = {intent.resource.name for intent in run.journal.open_intents()}

                assert made, "nothing was made: things() does not see what this provider makes"
                assert made <= announced
                assert restored.backup_id
            assert subject.things() == before

    def test_the_copy_listens_on_this_machine_or_a_private_address_or_is_no_server_and_can_be_read(self, subject: Subject) -> None:
        with running(subject) as run, subject.make().restored(subject.store(), subject.target, run) as restored:
            if subject.make().capabilities.subject.has_server:
                assert is_private(restored.connection)
            else:
                assert restored.server is None
                assert restored.contents is not None
                restored.contents.first_read()

    @pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError, SystemExit], ids=lambda each: each.__name__)
    def test_the_copy_is_gone_after_an_exception_in_its_use(self, subject: Subject, error: type[BaseException]) -> None:
        before = subject.things()
        with running(subject) as run:
            with pytest.raises(error), subject.make().restored(subject.store(), subject.target, run):
                raise error
            assert subject.things() == before

    def test_the_same_run_id_twice_is_refused(self, subject: Subject) -> None:
        with running(subject) as run, subject.make().restored(subject.store(), subject.target, run):
            standing = subject.things()
            with pytest.raises(RestoreFailedError), subject.make().restored(subject.store(), subject.target, run):
                raise AssertionError("the second restore of one run was let in")
            assert subject.things() == standing, "the refused one took the first one's things away"

    def test_a_target_before_the_first_backup_is_red_and_makes_nothing(self, subject: Subject) -> None:
        before = subject.things()
        outcome = subject.harness().drill(target=subject.too_early)

        assert outcome.evidence.verdict is DrillVerdict.FAILED
        assert subject.things() == before

    @pytest.mark.parametrize("what", FIRES)
    def test_nothing_is_left_after_trouble_at_any_moment(self, subject: Subject, what: str) -> None:
        before = subject.things()
        for at in points(subject.every, MOST_TOUCHES):
            point = Touches(at, FIRES[what])
            with point.installed():
                outcome = subject.harness().drill(target=subject.target)
            if not point.fired:
                break
            reaped(subject)
            assert subject.things() == before, f"after {what} at touch {at}"
            assert never_a_false_green(outcome, what), f"{what} at touch {at}: {outcome.evidence.reason}"
        else:
            pytest.fail("the drill never came to its end")
        assert at > touches_of_a_whole_drill(subject) / 2, "the drill ended too early: this test saw little of it"

    def test_nothing_is_left_after_kill_9_at_any_moment_and_nothing_else_is_touched(self, subject: Subject) -> None:
        before = subject.things()
        removed = 0
        for at in points(subject.every, MOST_TOUCHES):
            if not killed_at(subject, at):
                break
            runs = list(journals(subject.state))
            decoys = {subject.plant(journal.run) for journal in runs}
            found = reaped(subject)

            removed += len(found.removed)
            assert found.leftovers == [], f"killed at touch {at}"
            assert subject.things() == before | decoys, f"killed at touch {at}"
            assert list(journals(subject.state)) == [], f"killed at touch {at}"
            before = subject.things()
        else:
            pytest.fail("the drill never came to its end")
        assert at > touches_of_a_whole_drill(subject) / 2, "the drill ended too early: this test saw little of it"
        assert removed, "no killed drill left anything: this test saw nothing"

    def test_a_run_that_lives_is_left_alone_until_it_expires(self, subject: Subject) -> None:
        before = subject.things()
        with running(subject) as run, subject.make().restored(subject.store(), subject.target, run):
            standing = subject.things()
            found = reaped(subject)

            assert (subject.things(), list(found.kept)) == (standing, [run.id])
            assert standing != before

    def test_what_no_notes_speak_of_is_found_by_its_mark_and_left_until_it_expires(self, subject: Subject) -> None:
        with running(subject) as run, subject.make().restored(subject.store(), subject.target, run):
            lost = subject.state.with_name("another-state")
            found = reap(lost, lambda name: subject.make(), [subject.make().name], subject.clock, lambda seconds: None)

            assert run.id in found.kept
            assert found.removed == []

    def test_a_resource_without_the_mark_is_not_removed_and_says_so(self, subject: Subject) -> None:
        run = new_run_id(subject.clock.now())
        name = subject.plant(run)
        with running(subject) as real, subject.make().restored(subject.store(), subject.target, real):
            kinds = {intent.resource.kind for intent in real.journal.open_intents()}
        before = subject.things()
        for kind in kinds:
            left = subject.make().remove(Resource(subject.make().name, kind, name, run, subject.clock.now() + hours(1)))

            assert left is None or left.command
        assert subject.things() == before
        assert name in before

    def test_removing_twice_is_the_same_as_once(self, subject: Subject) -> None:
        with running(subject) as run:
            with subject.make().restored(subject.store(), subject.target, run):
                pass
            for intent in run.journal.intents():
                assert subject.make().remove(intent.resource) is None


def killed_at(subject: Subject, at: int) -> bool:
    """Drill in a process of its own that is killed at a touch; False where the drill ended before it."""
    child = os.fork()
    if child == 0:
        verified = False
        try:
            with Touches(at, touches.kill).installed():
                verified = subject.harness().drill(target=subject.target).evidence.verdict is DrillVerdict.VERIFIED
        finally:
            os._exit(0 if verified else 1)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return True
    assert os.WEXITSTATUS(status) == 0, "a drill that was not killed was not verified either"
    return False


def touches_of_a_whole_drill(subject: Subject) -> int:
    """How often a drill that nobody disturbs touches its run."""
    counting = Touches(0, lambda: None)
    with counting.installed():
        subject.harness().drill(target=subject.target)
    return counting.count


def never_a_false_green(outcome: Outcome, what: str) -> bool:
    """After trouble a drill may be verified only if the trouble came in its teardown, when everything was proven."""
    evidence = outcome.evidence
    return evidence.verdict is not DrillVerdict.VERIFIED or evidence.complete


def is_private(connection: Connection) -> bool:
    import ipaddress

    if connection.host.startswith("/") or connection.host == "localhost":
        return True
    address = ipaddress.ip_address(connection.host)
    return address.is_private or address.is_loopback
