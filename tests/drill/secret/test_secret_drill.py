"""Secrets on moto: what is sound is green, each damage is red by the rung that is there for it, and no value is ever shown."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from moto.secretsmanager.models import secretsmanager_backends

from recoverable.drill.engine import Outcome
from recoverable.drill.evidence_schema import schema
from recoverable.drill.ladder import all_rungs
from recoverable.drill.subject import Subject
from recoverable.drill.target import parse_target
from recoverable.drill.verdict import Colour, DrillVerdict, RungVerdict
from tests.drill.secret.secret_world import AWAY, MARKED, REGION, SecretWorld, value
from tests.drill.state.state_world import LOGIN

ACCOUNT = "123456789012"
RUNGS = {
    "key-enabled", "keys-present", "not-pending-deletion", "previous-readable", "replica-equal", "secret-readable", "version-expected",
}  # fmt: skip


def red(outcome: Outcome) -> set[str]:
    """The rungs and checks that failed."""
    return {each.name for each in outcome.evidence.failed()}


def test_the_ladder_of_secrets() -> None:
    assert {each.rung.name for each in all_rungs(Subject.SECRET)} == RUNGS


def test_sound_secrets_are_green_and_nothing_is_left(world: SecretWorld, tmp_path: Path) -> None:
    world.expect_all()
    outcome = world.harness(tmp_path).drill(with_control=True)
    evidence = outcome.evidence

    assert evidence.verdict is DrillVerdict.VERIFIED, evidence.reason
    assert (evidence.reservations, evidence.colour) == ([], Colour.GREEN)
    assert {each.name for each in evidence.rungs if each.verdict is RungVerdict.PASS} >= RUNGS
    assert (evidence.control.outcome, evidence.rpo_seconds) == ("red", 0)
    assert world.left() == set()
    jsonschema.Draft202012Validator(schema()).validate(outcome.record)


def test_secrets_are_found_by_their_prefix(world: SecretWorld, tmp_path: Path) -> None:
    evidence = world.harness(tmp_path, names=None, prefix=f"{world.prefix}/").drill().evidence

    assert evidence.verdict is DrillVerdict.VERIFIED, evidence.reason
    assert next(each for each in evidence.rungs if each.name == "secret-readable").figures["secrets"] == 2


def gone(world: SecretWorld) -> None:
    """At once, which the service allows without replicas alone."""
    replica_gone(world)
    world.client().delete_secret(SecretId=world.token, ForceDeleteWithoutRecovery=True)


def deleted(world: SecretWorld) -> None:
    replica_gone(world)
    world.client().delete_secret(SecretId=world.token, RecoveryWindowInDays=7)


def key_disabled(world: SecretWorld) -> None:
    world.client("kms").disable_key(KeyId=world.key)


def key_dying(world: SecretWorld) -> None:
    world.client("kms").schedule_key_deletion(KeyId=world.key, PendingWindowInDays=7)


def key_lost(world: SecretWorld) -> None:
    world.client().put_secret_value(SecretId=world.database, SecretString=json.dumps({"DATABASE_URL": MARKED, "PASSWORD": ""}))
    world.expect["secrets"][world.database].pop("version")


def rotated(world: SecretWorld) -> None:
    world.client().put_secret_value(SecretId=world.database, SecretString=value(3))


def too_new(world: SecretWorld) -> None:
    world.expect["secrets"][world.token] = {"created_before": "2026-01-01T00:00:00Z"}


def too_old(world: SecretWorld) -> None:
    world.expect["secrets"][world.token] = {"created_after": "2100-01-01T00:00:00Z"}


def replica_gone(world: SecretWorld) -> None:
    world.client().remove_regions_from_replication(SecretId=world.token, RemoveReplicaRegions=[AWAY])


def of_replica(world: SecretWorld, name: str) -> None:
    """A replica that was cut off and promoted, and went on by itself."""
    world.client().remove_regions_from_replication(SecretId=name, RemoveReplicaRegions=[AWAY])
    world.client(region=AWAY).create_secret(Name=name, SecretString=f"{MARKED}-other", ClientRequestToken=world.version(name))


def replica_other(world: SecretWorld) -> None:
    of_replica(world, world.token)


def too_few(world: SecretWorld) -> None:
    world.expect["secrets_at_least"] = 3


DAMAGES: dict[str, tuple[Callable[[SecretWorld], None], set[str]]] = {
    "gone": (gone, {"secret-readable", "version-expected"}),
    "waits for its deletion": (deleted, {"secret-readable", "not-pending-deletion", "previous-readable", "replica-equal"}),
    "key disabled": (key_disabled, {"key-enabled"}),
    "key to be deleted": (key_dying, {"key-enabled"}),
    "key of the JSON without a value": (key_lost, {"keys-present"}),
    "rotated since": (rotated, {"version-expected"}),
    "too new": (too_new, {"version-expected"}),
    "too old": (too_old, {"version-expected"}),
    "replica gone": (replica_gone, {"replica-equal"}),
    "replica with another value": (replica_other, {"replica-equal"}),
    "too few": (too_few, {"secret-readable"}),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_each_damage_is_red_by_its_rungs_and_no_other(world: SecretWorld, tmp_path: Path, name: str) -> None:
    damage, expected = DAMAGES[name]
    world.expect_all()
    damage(world)
    outcome = world.harness(tmp_path).drill()

    assert outcome.evidence.verdict is DrillVerdict.FAILED, outcome.evidence.reason
    assert red(outcome) == expected, outcome.evidence.reason
    assert world.left() == set()


@pytest.mark.parametrize("form", ["manifest", "manifest_env"])
def test_a_manifest_of_a_release_says_what_is_expected(
    world: SecretWorld, tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for keys, names in ((["PASSWORD"], set()), (["PASSWORD", "SMTP_URL"], {"keys-present"})):
        text = json.dumps({world.database: {"keys": keys, "version": world.version(world.database)}})
        (tmp_path / "secrets.json").write_text(text)
        monkeypatch.setenv("MANIFEST", text)
        world.expect = {form: "secrets.json" if form == "manifest" else "MANIFEST"}

        assert red(world.harness(tmp_path).drill()) == names


@pytest.mark.parametrize(
    "text", ["", "[]", '{"a": {"value": "x"}}', '{"a": {"created_after": "yesterday"}}', '{"a": {"keys": "PASSWORD"}}']
)
def test_a_manifest_that_is_none_makes_the_drill_could_not_run(world: SecretWorld, tmp_path: Path, text: str) -> None:
    (tmp_path / "secrets.json").write_text(text)
    world.expect = {"manifest": "secrets.json"}
    evidence = world.harness(tmp_path).drill().evidence

    assert evidence.verdict is DrillVerdict.COULD_NOT_RUN
    assert {each.name for each in evidence.unproven()} == {"keys-present", "version-expected"}


def test_without_replica_and_expectations_the_evidence_is_amber_and_says_why(world: SecretWorld, tmp_path: Path) -> None:
    evidence = world.harness(tmp_path, replica_region=None).drill(with_control=True).evidence

    assert evidence.verdict is DrillVerdict.VERIFIED, evidence.reason
    assert evidence.colour is Colour.AMBER
    told = "\n".join(evidence.reservations)
    for words in ("no replica_region is set up", "expect names no keys", "expect says nothing of versions", "RPO was not measured"):
        assert words in told


def test_no_value_and_no_hash_of_one_reaches_output_evidence_notes_or_disk(
    world: SecretWorld, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it is verified, while its control runs, and while it fails; what lies in the folder of the drill, too."""
    from recoverable.drill.secret import standing_copy

    written: list[str] = []
    really = standing_copy.write_new_file
    monkeypatch.setattr(standing_copy, "write_new_file", lambda path, text: (written.append(str(text)), really(path, text))[1])
    world.expect_all()
    plain = [MARKED, LOGIN]
    hashed = [getattr(hashlib, name)(value(2).encode()).hexdigest() for name in ("md5", "sha1", "sha256")]
    for broken in (False, True):
        if broken:
            key_lost(world)
            replica_other(world)
        harness = world.harness(tmp_path / str(broken))
        outcome = harness.drill(with_control=True)
        assert outcome.evidence.verdict is (DrillVerdict.FAILED if broken else DrillVerdict.VERIFIED)
        kept = "\n".join(path.read_text() for path in (tmp_path / str(broken)).rglob("*") if path.is_file())
        said = json.dumps(outcome.record, default=str) + repr(outcome.evidence) + "\n".join(harness.said) + kept
        assert not [each for each in plain + hashed if each in said]
    output = capfd.readouterr()
    assert not [each for each in plain + hashed if each in output.out + output.err + "\n".join(written)]
    assert world.database in "\n".join(written)


def test_only_reads_reach_the_service(world: SecretWorld, tmp_path: Path) -> None:
    world.expect_all()
    world.recorder.requests.clear()
    world.harness(tmp_path).drill(with_control=True)
    asked = {each.rpartition(".")[2] for each in world.recorder.requests}

    assert asked == {"DescribeSecret", "ListSecretVersionIds", "GetSecretValue", "DescribeKey"}


def test_to_a_time_the_version_of_that_time_and_the_one_before_are_read(world: SecretWorld, tmp_path: Path) -> None:
    """And a time before one of the secrets was there is refused."""
    now = int(world.clock.now().timestamp())
    for name in (world.database, world.token):
        world.client().put_secret_value(SecretId=name, SecretString=value(3))
        held = secretsmanager_backends[ACCOUNT][REGION].secrets[name].versions.values()
        for number, each in enumerate(held):
            each["createdate"] = now - 3600 * (3 - number)
    ids = [each["VersionId"] for each in client_versions(world, world.database)]
    world.expect = {"secrets": {world.database: {"version": ids[1], "keys": ["PASSWORD"]}}}

    def to(seconds: int) -> Outcome:
        time = datetime.datetime.fromtimestamp(now - seconds, datetime.UTC).isoformat()
        return world.harness(tmp_path / str(seconds), replica_region=None).drill(target=parse_target(f"time:{time}"))

    then = to(5400)
    assert then.evidence.verdict is DrillVerdict.VERIFIED, then.evidence.reason
    before = next(each for each in then.evidence.rungs if each.name == "previous-readable").figures["versions"]
    assert before[world.database] == ids[0]
    assert red(to(1800)) == {"version-expected"}
    assert red(to(20000)) == {"restore-window"}


def client_versions(world: SecretWorld, name: str) -> list[dict[str, object]]:
    """The oldest first."""
    found = world.client().list_secret_version_ids(SecretId=name, IncludeDeprecated=True)["Versions"]
    return sorted(found, key=lambda each: each["CreatedDate"])


def parameters(world: SecretWorld) -> None:
    """Two parameters with two versions, in both regions."""
    for region in ("eu-west-1", AWAY):
        ssm = world.client("ssm", region)
        for name in ("database", "token"):
            for number in (1, 2):
                ssm.put_parameter(Name=f"/{world.prefix}/{name}", Value=value(number), Type="SecureString", Overwrite=True)


def of_parameters(world: SecretWorld) -> dict[str, object]:
    return {"service": "ssm", "names": None, "prefix": f"/{world.prefix}/"}


def test_parameters_of_systems_manager_are_green_and_their_damages_red(world: SecretWorld, tmp_path: Path) -> None:
    parameters(world)
    name = f"/{world.prefix}/database"
    world.expect = {"secrets": {name: {"version": "2", "keys": ["PASSWORD"]}}}
    evidence = world.harness(tmp_path / "sound", **of_parameters(world)).drill(with_control=True).evidence

    assert evidence.verdict is DrillVerdict.VERIFIED, evidence.reason
    assert (evidence.reservations, evidence.control.outcome) == ([], "red")

    world.client("ssm").put_parameter(Name=name, Value=json.dumps({"PASSWORD": None}), Type="SecureString", Overwrite=True)
    outcome = world.harness(tmp_path / "broken", **of_parameters(world)).drill()
    assert red(outcome) == {"keys-present", "version-expected", "replica-equal"}
    assert MARKED not in json.dumps(outcome.record, default=str)


def test_a_prefix_under_which_nothing_lies_is_red(world: SecretWorld, tmp_path: Path) -> None:
    evidence = world.harness(tmp_path, service="ssm", names=None, prefix="/nothing/").drill().evidence

    assert evidence.verdict is DrillVerdict.FAILED
    assert "there is no backup" in evidence.reason
