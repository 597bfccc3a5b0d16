"""Remediations change what they say and nothing else, never to something weaker, and only what the standard refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from recoverable.hosts.pulumi.remediations import CHANGES, changed_paths
from recoverable.readers.pulumi.pulumi_names import terraform_type
from tests.parity.policy_pack_verdicts import all_cases, recorded
from tests.support.policy_packs import Pack, steps_of

SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "value": 1.0}
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
DECLARED = {change.path for kinds in CHANGES.values() for changes in kinds.values() for change in changes}
SAFE = (True, "Enabled", "enforced", "DELETE_PROTECTION_ENABLED")


def state(token: str, **inputs: Any) -> dict[str, Any]:
    urn = f"urn:pulumi:prod::shop::{token}::it"
    return {
        "urn": urn,
        "type": token,
        "inputs": inputs,
        "provider": f"urn:pulumi:prod::shop::pulumi:providers:{token.split(':')[0]}::default::id",
    }


def database(**inputs: Any) -> dict[str, Any]:
    return state("aws:rds/instance:Instance", engine="postgres", instanceClass="db.r6g.large", tags={"environment": "prod"}, **inputs)


def after(resource: dict[str, Any], *rules: str, **more: Any) -> dict[str, Any]:
    """The inputs after the remediations of these rules, or of all."""
    settings = {} if rules else {"remediate": True}
    made = Pack(settings, dict.fromkeys(rules, "remediate"), **more).remediate(resource)
    return made[-1][1] if made else resource["inputs"]


def test_nothing_is_changed_unless_it_is_asked_for() -> None:
    assert Pack().remediate(database(backupRetentionPeriod=1.0)) == []
    assert (
        Pack(levels={"retention-too-short": "disabled"}, settings={"remediate": True}).remediate(database(backupRetentionPeriod=1.0))[0][0]
        != "retention-too-short"
    )


def test_retention_is_raised_to_what_is_demanded_and_not_beyond() -> None:
    assert after(database(backupRetentionPeriod=7.0), "retention-too-short")["backupRetentionPeriod"] == 30
    assert after(database(backupRetentionPeriod=33.0), "retention-too-short")["backupRetentionPeriod"] == 33
    assert after(database(), "backups-disabled")["backupRetentionPeriod"] == 30


def test_a_number_that_the_service_does_not_take_is_not_set(tmp_path: Path) -> None:
    (tmp_path / "recoverable.toml").write_text("[environments.prod]\nbackup_retention_days = 60\n")

    assert after(database(backupRetentionPeriod=7.0), "retention-too-short", folders=[tmp_path])["backupRetentionPeriod"] == 7


@pytest.mark.parametrize("value", [UNKNOWN, SECRET])
def test_what_is_unknown_or_secret_is_left_alone(value: Any) -> None:
    assert (
        after(database(backupRetentionPeriod=value, deletionProtection=value))
        == database(backupRetentionPeriod=value, deletionProtection=value)["inputs"]
    )


def test_a_secret_elsewhere_in_the_resource_goes_back_as_it_came() -> None:
    found = after(database(password=SECRET, backupRetentionPeriod=1.0), "retention-too-short")

    assert found["password"] == SECRET


def test_a_replica_is_not_made_to_keep_backups_of_its_own() -> None:
    replica = database(replicateSourceDb="orders")

    assert "backupRetentionPeriod" not in after(replica, "backups-disabled", "retention-too-short")


def test_a_waived_resource_is_left_alone(tmp_path: Path) -> None:
    waiver = '[[waivers]]\nrule = "deletion-protection-off"\naddress = "*::it"\nreason = "x"\nowner = "y"\nuntil = 2027-01-31\n'
    (tmp_path / "recoverable.toml").write_text(waiver)

    assert "deletionProtection" not in after(database(), "deletion-protection-off", folders=[tmp_path])


def test_public_access_is_blocked_in_all_four_ways() -> None:
    block = state("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", bucket="b", blockPublicAcls=False)

    assert after(block) == {
        "bucket": "b",
        "blockPublicAcls": True,
        "blockPublicPolicy": True,
        "ignorePublicAcls": True,
        "restrictPublicBuckets": True,
    }


def test_versions_are_turned_on_again() -> None:
    versioning = state(
        "aws:s3/bucketVersioning:BucketVersioning", bucket="b", versioningConfiguration={"status": "Suspended", "mfaDelete": "Enabled"}
    )

    assert after(versioning)["versioningConfiguration"] == {"status": "Enabled", "mfaDelete": "Enabled"}


def test_a_default_that_was_changed_is_no_default_any_more() -> None:
    found = after(database(deletionProtection=False, __defaults=["deletionProtection", "skipFinalSnapshot"]), "deletion-protection-off")

    assert found["deletionProtection"] is True


def test_over_all_examples_only_declared_properties_change_and_only_for_the_better() -> None:
    pack = Pack({"remediate": True})
    seen = set()
    for name, _, example in all_cases():
        for resource in steps_of(recorded(example)[name]) if name in recorded(example) else ():
            for rule, inputs in pack.remediate(resource):
                seen.add((rule, terraform_type(resource["type"])))
                for path, old, new in changed_paths({k: v for k, v in resource["inputs"].items() if not k.startswith("__")}, inputs):
                    assert path in DECLARED, (name, path)
                    assert new in SAFE or (isinstance(new, (int, float)) and new > (old or 0)), (name, path, old, new)

    assert {rule for rule, _ in seen} >= {
        "retention-too-short",
        "backups-disabled",
        "versioning-off",
        "deletion-protection-off",
        "api-deletion-protection-off",
    }


def test_what_is_mended_is_told_with_both_values_once_the_engine_has_applied_it() -> None:
    pack = Pack(levels={"retention-too-short": "remediate"})
    resource = database(backupRetentionPeriod=7.0)
    made = pack.remediate(resource)[-1][1]

    applied = pack.run([{**resource, "inputs": made, "outputs": made}])
    ignored = pack.run([{**resource, "outputs": resource["inputs"]}])

    assert [item.message.splitlines()[0] for item in applied.early if item.policyName == "retention-too-short"] == [
        "mended by the policy pack: backupRetentionPeriod: 7 => 30"
    ]
    assert [item for item in ignored.early if "mended" in item.message] == []
