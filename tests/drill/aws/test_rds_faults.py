"""Everything that RDS may answer instead: each becomes a verdict, a message that says what to do, and no leftover."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from recoverable.drill.aws.faults import REFUSALS, STUCK, plain, refusal
from recoverable.drill.engine import Outcome
from recoverable.drill.reaper import reap
from recoverable.drill.target import parse_target
from recoverable.drill.verdict import DrillVerdict
from recoverable.model.errors import InputError
from tests.drill.aws.rds_world import SOURCE, World
from tests.drill.conformance.slices import LONG, of_commit
from tests.fakes.rds.faults import REFUSALS_OF_RESTORE, denied, lost, throttled, unavailable
from tests.fakes.rds.query_protocol import ApiError, model

RESTORE = "RestoreDBInstanceToPointInTime"
STATES = ("failed", "incompatible-restore", "incompatible-network", "incompatible-parameters", "storage-full", "restore-error",
          "inaccessible-encryption-credentials")  # fmt: skip


def some(words: Sequence[str], number: int) -> list[str]:
    """A few, chosen by the commit."""
    return [words[(of_commit() + each) % len(words)] for each in range(number)]


def codes_of_restoring() -> list[str]:
    """Every error that the service model names for the two restoring calls, by its code on the wire."""
    found = set()
    for name in (RESTORE, "RestoreDBInstanceFromDBSnapshot"):
        for each in model().operation_model(name).error_shapes:
            found.add(each.metadata.get("error", {}).get("code", each.name))
    return sorted(found)


def failing(account: World, action: str, error: Callable[[], ApiError], times: int = 10**6, *, after: bool = False) -> None:
    """Let calls of an action fail, the first ones or all."""
    left = [times]

    def fail(name: str, number: int) -> None:
        if name == action and left[0] > 0:
            left[0] -= 1
            raise error()

    setattr(account.cloud.schedule, "after" if after else "before", fail)


def drill(account: World, state: Path, target: str = "latest", **source: Any) -> Outcome:
    """One drill after which nothing may be left."""
    outcome = account.harness(state, **source).drill(target=parse_target(target))
    assert account.names() == {SOURCE}
    assert outcome.evidence.leftovers == []
    return outcome


@pytest.mark.parametrize("state", STATES if LONG else some(STATES, 3))
def test_an_instance_that_gets_stuck_is_red_at_once_and_says_what_to_do(account: World, tmp_path: Path, state: str) -> None:
    account.cloud.schedule.born = lambda name: state
    evidence = drill(account, tmp_path).evidence

    assert evidence.verdict is DrillVerdict.FAILED
    assert f"is {state}: {STUCK[state][0]}" in evidence.reason
    assert STUCK[state][1] in evidence.reason
    assert f"went into {state}" in evidence.reason, "what RDS itself wrote is missing"
    assert evidence.phases[2].seconds < 900


@pytest.mark.parametrize("code", sorted(set(REFUSALS_OF_RESTORE)) if LONG else some(REFUSALS_OF_RESTORE, 3))
def test_a_refusal_of_the_restore_is_red_and_says_what_to_do(account: World, tmp_path: Path, code: str) -> None:
    failing(account, RESTORE, lambda: ApiError(code, "RDS says why"))
    evidence = drill(account, tmp_path).evidence

    assert evidence.verdict is DrillVerdict.FAILED
    assert all(words in evidence.reason for words in (REFUSALS[code][0], REFUSALS[code][1].rstrip("."), code, "RDS says why"))


def test_every_refusal_is_told_with_its_code_what_rds_says_and_a_fix() -> None:
    for code, (what, fix) in REFUSALS.items():
        for sent in (code, f"{code}Fault" if not code.endswith("Fault") else code.removesuffix("Fault")):
            told = str(refusal("rds", RESTORE, sent, "RDS says why."))
            assert told == f"{what} ({sent}: RDS says why). {fix}"
            assert fix.endswith(".")


def test_every_error_that_the_service_model_names_for_a_restore_of_ours_has_words() -> None:
    not_ours = ("Domain", "Tenant", "OptionGroup", "DBSecurityGroup", "NetworkType", "DBCapacityReservation", "InvalidDBCapacity", "Authorization",
                "BackupPolicy", "InvalidNetworkType", "DBInstanceAlreadyExists", "Certificate", "DBCapacity")  # fmt: skip
    missing = [code for code in codes_of_restoring() if plain(code) not in REFUSALS and not code.startswith(not_ours)]
    assert missing == []
    assert len(codes_of_restoring()) > 20


@pytest.mark.parametrize("what", ["2001-01-01T00:00:00Z", "2999-01-01T00:00:00Z"])
def test_a_time_outside_is_refused_before_anything_is_made(account: World, tmp_path: Path, what: str) -> None:
    evidence = drill(account, tmp_path, f"time:{what}").evidence

    assert evidence.verdict is DrillVerdict.FAILED
    assert "restore-window" in evidence.reason
    assert account.asked(RESTORE) == []


def test_a_source_without_automated_backups_has_nothing_to_restore(account: World, tmp_path: Path) -> None:
    account.cloud.adopt("eu-west-1", SOURCE, retention=0)
    evidence = drill(account, tmp_path).evidence

    assert evidence.verdict is DrillVerdict.FAILED
    assert "there is no backup" in evidence.reason


@pytest.mark.parametrize(
    ("quota", "most", "words"),
    [("DBInstances", 2, "1 instances are left, 2 wanted"), ("AllocatedStorage", 30, "30 GiB of storage are left, 40 wanted")],
)
def test_a_quota_that_is_too_small_is_found_before_anything_is_made(
    account: World, tmp_path: Path, quota: str, most: int, words: str
) -> None:
    account.cloud.quotas[quota] = most
    evidence = drill(account, tmp_path).evidence

    assert words in evidence.reason
    assert account.asked(RESTORE) == []


def test_a_disabled_key_is_found_before_anything_is_made(account: World, tmp_path: Path) -> None:
    account.client("kms").disable_key(KeyId=account.key.rpartition("/")[2])
    evidence = drill(account, tmp_path).evidence

    assert evidence.verdict is DrillVerdict.FAILED
    assert f"the key {account.key} of the backup is Disabled" in evidence.reason
    assert account.asked(RESTORE) == []


@pytest.mark.parametrize(
    ("key", "words"), [("subnet_group", "there is no DB subnet group gone"), ("parameter_group", "there is no DB parameter group gone")]
)
def test_a_group_that_is_not_there_is_found_before_anything_is_made(account: World, tmp_path: Path, key: str, words: str) -> None:
    evidence = drill(account, tmp_path, **{key: "gone"}).evidence

    assert words in evidence.reason
    assert account.asked(RESTORE) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [("PubliclyAccessible=true", "public access: on, ordered off"), ("TagList=", "tags: not those of this run")],
)
def test_a_copy_that_is_not_what_was_ordered_is_never_handed_out(account: World, tmp_path: Path, change: str, words: str) -> None:
    def spoil(action: str, number: int) -> None:
        for (_, name), life in account.cloud.lives.items():
            if name.startswith("rcv-") and life.deleted_at is None:
                life.changes = [change] if action == "ModifyDBInstance" or life.changes else []
                if action == "DescribeDBInstances" and harness.said[-1].startswith("restore    failed"):
                    life.changes = []

    account.cloud.schedule.before = spoil
    harness = account.harness(tmp_path)
    asked: list[Any] = []
    harness.first_query = asked.append
    evidence = harness.drill().evidence

    assert evidence.verdict is DrillVerdict.FAILED
    assert words in evidence.reason
    assert "the copy is not what was ordered" in evidence.reason
    assert asked == [], "somebody got its address"


@pytest.mark.parametrize(
    ("error", "after"),
    [(throttled, False), (unavailable, False), (lost, False), (unavailable, True), (lost, True)],
    ids=["throttled", "unavailable", "lost before its effect", "unavailable after its effect", "lost after its effect"],
)
def test_a_restoring_call_without_an_answer_is_tried_again_and_known_as_ours(
    account: World, tmp_path: Path, error: Callable[[], ApiError], after: bool
) -> None:
    failing(account, RESTORE, error, 2, after=after)
    outcome = drill(account, tmp_path)

    assert outcome.evidence.verdict is DrillVerdict.VERIFIED, outcome.evidence.reason
    assert len(account.asked(RESTORE)) >= 2


def test_an_aws_that_never_answers_is_unreachable_and_not_red(account: World, tmp_path: Path) -> None:
    failing(account, RESTORE, throttled)
    outcome = drill(account, tmp_path)

    assert outcome.unreachable
    assert outcome.evidence.verdict is DrillVerdict.COULD_NOT_RUN
    assert "does not answer RestoreDBInstanceToPointInTime after 6 tries (Throttling)" in outcome.evidence.reason


def test_a_missing_permission_is_named(account: World, tmp_path: Path) -> None:
    failing(account, "ModifyDBInstance", lambda: denied("ModifyDBInstance"))
    evidence = drill(account, tmp_path).evidence

    assert "The identity of the drill needs rds:ModifyDBInstance" in evidence.reason


def test_an_instance_of_the_same_name_that_is_not_ours_is_left_alone(account: World, tmp_path: Path) -> None:
    name = ""

    def occupy(action: str, number: int) -> None:
        nonlocal name
        if action == RESTORE and not name:
            name = account.cloud.requests[-1][2]["TargetDBInstanceIdentifier"]
            account.create(name)

    account.cloud.schedule.before = occupy
    outcome = account.harness(tmp_path).drill()

    assert "there is a DB instance" in outcome.evidence.reason
    assert account.names() == {SOURCE, name}
    assert account.asked("DeleteDBInstance") == []


def test_an_instance_that_stays_half_deleted_is_a_leftover_with_its_command(account: World, tmp_path: Path) -> None:
    harness = account.harness(tmp_path, subnet_group="drill")
    account.cloud.schedule.before = lambda action, number: account.cloud.schedule.stays.update(
        name for _, name in account.cloud.lives if name.startswith("rcv-")
    )
    evidence = harness.drill().evidence
    (left,) = evidence.leftovers

    assert left.reason == "it is still being deleted"
    assert left.command.startswith(f"aws rds delete-db-instance --db-instance-identifier {left.resource.name} --region eu-west-1")

    for life in account.cloud.lives.values():
        life.stays = False
    account.cloud.schedule.before = lambda action, number: None
    account.cloud.schedule.stays.clear()
    found = reap(tmp_path, lambda name: account.provider(), ["rds"], account.clock, lambda seconds: None)
    assert (found.leftovers, account.names()) == ([], {SOURCE})


def test_an_instance_that_somebody_protected_is_left_to_a_person_who_is_told_how(account: World, tmp_path: Path) -> None:
    def protect(action: str, number: int) -> None:
        if action == "DeleteDBInstance":
            account.client().modify_db_instance(
                DBInstanceIdentifier=account.cloud.requests[-1][2]["DBInstanceIdentifier"], DeletionProtection=True, ApplyImmediately=True
            )

    account.cloud.schedule.before = protect
    (left,) = account.harness(tmp_path).drill().evidence.leftovers

    assert left.reason == "somebody protected it from deletion"
    assert "--no-deletion-protection" in left.command


def test_a_mistake_in_the_settings_is_an_input_error(account: World, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no DB instance nosuch in eu-west-1"):
        account.harness(tmp_path, instance="nosuch").drill()
    with pytest.raises(InputError, match="no automated backup of orders-db is retained"):
        account.harness(tmp_path, **{"from": "retained-backup"}).drill()
    assert account.names() == {SOURCE}


def test_a_key_that_may_not_be_looked_at_names_the_permission_of_the_right_service() -> None:
    assert "needs kms:DescribeKey" in str(refusal("kms", "DescribeKey", "AccessDeniedException", "no"))


def test_the_reaper_looks_into_the_regions_that_it_is_told_and_says_where_it_has_none(
    account: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = account.plant("drill-261201120000-abcdef", region="eu-central-1", suffix="")
    monkeypatch.setenv("RECOVERABLE_DRILL_REGIONS", "eu-central-1")
    account.clock.sleep(3600 * 24)
    found = reap(tmp_path, lambda provider: account.provider(), ["rds"], account.clock, lambda seconds: None)
    assert [(each.name, each.details) for each in found.removed] == [(name, {"region": "eu-central-1"})]
    assert account.names("eu-central-1") == set()

    monkeypatch.delenv("RECOVERABLE_DRILL_REGIONS")
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    found = reap(tmp_path, lambda provider: account.provider(), ["rds"], account.clock, lambda seconds: None)
    assert [each.partition(":")[0] for each in found.problems] == ["rds could not be asked for what no notes speak of"]
