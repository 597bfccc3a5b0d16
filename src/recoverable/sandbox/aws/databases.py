"""What RDS handlers have in common: parameters by property, tags by ARN, names, engine versions, and what RDS refuses."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from typing import Any

from recoverable.sandbox.aws.tagging import as_list, gone
from recoverable.sandbox.provider.handler import Refusal, RefusedError, Values
from recoverable.sandbox.provider.wire import UNKNOWN, has_unknown

MANAGED = "Managed by Pulumi"
INSIGHT_DAYS = frozenset({7, 731, *range(31, 714, 31)})  # API_CreateDBInstance, PerformanceInsightsRetentionPeriod


def known(inputs: Values, name: str) -> Any:
    """The value of a property, or None where it is absent or known only after apply."""
    value = inputs.get(name)
    return None if has_unknown(value) else value


def parameters(table: Mapping[str, str], inputs: Values) -> Values:
    """What is stated, under the API's names."""
    return {parameter: inputs[name] for name, parameter in table.items() if inputs.get(name) is not None}


def changed(table: Mapping[str, str], old: Values, new: Values) -> Values:
    """What is stated otherwise than before, under the API's names; a switch that is stated no more is off."""
    found: Values = {}
    for name, parameter in table.items():
        value = False if new.get(name) is None and old.get(name) is True else new.get(name)
        if value is not None and value != old.get(name):
            found[parameter] = value
    return found


def name_from(inputs: Values, name: str = "name") -> str:
    """The stated name, or one that starts with the stated prefix."""
    return str(inputs.get(name) or f"{inputs[f'{name}Prefix']}{secrets.token_hex(13)}")


def retag(client: Any, arn: str, old: Values, new: Values) -> None:
    """Take away what is stated no more, set the rest."""
    if gone(old, new):
        client.remove_tags_from_resource(ResourceName=arn, TagKeys=gone(old, new))
    if new.get("tags"):
        client.add_tags_to_resource(ResourceName=arn, Tags=as_list(new["tags"]))


def exports(old: Values, new: Values) -> Values:
    """The change of the exported logs, as a modification says it."""
    before, after = set(old.get("enabledCloudwatchLogsExports") or []), set(new.get("enabledCloudwatchLogsExports") or [])
    if before == after:
        return {}
    return {"CloudwatchLogsExportConfiguration": {"EnableLogTypes": sorted(after - before), "DisableLogTypes": sorted(before - after)}}


def version_shown(held: Values, actual: str) -> str:
    """The version as the program says it where it names only the beginning (``16`` for ``16.3``)."""
    stated = str(held.get("engineVersion") or "")
    return stated if stated and actual.startswith(f"{stated}.") else actual


def secrets_shown(got: Mapping[str, Any]) -> list[Values]:
    """The managed master password's secret."""
    held = got.get("MasterUserSecret")
    if not held:
        return []
    return [{"secretArn": held["SecretArn"], "secretStatus": held["SecretStatus"], "kmsKeyId": held["KmsKeyId"]}]


def master_refusals(inputs: Values, password: str) -> Iterable[Refusal]:
    """One way to a master password: managed by RDS, or stated."""
    managed = known(inputs, "manageMasterUserPassword")
    for name in (password, f"{password}Wo"):
        if managed and inputs.get(name) is not None:
            yield Refusal(name, "conflicts with `manageMasterUserPassword`: RDS makes and keeps the password itself")
    if inputs.get("masterUserSecretKmsKeyId") is not None and managed is None and inputs.get("manageMasterUserPassword") != UNKNOWN:
        yield Refusal("masterUserSecretKmsKeyId", "needs `manageMasterUserPassword`: without it there is no secret to encrypt")


def shared_refusals(inputs: Values, lowest: int, highest: int) -> Iterable[Refusal]:
    """Retention, encryption and Performance Insights that RDS refuses; bounds in days (USER_WorkingWithAutomatedBackups)."""
    retention = known(inputs, "backupRetentionPeriod")
    if retention is not None and not lowest <= retention <= highest:
        yield Refusal("backupRetentionPeriod", f"{retention} is not in {lowest} to {highest} days")
    if inputs.get("kmsKeyId") is not None and known(inputs, "storageEncrypted") is False:
        yield Refusal("kmsKeyId", "conflicts with `storageEncrypted` being off")
    days = known(inputs, "performanceInsightsRetentionPeriod")
    if days is not None and days not in INSIGHT_DAYS:
        yield Refusal("performanceInsightsRetentionPeriod", f"{days} is neither 7, 731 nor a multiple of 31 up to 713 days")
    if (days is not None or inputs.get("performanceInsightsKmsKeyId") is not None) and known(inputs, "performanceInsightsEnabled") is False:
        yield Refusal("performanceInsightsEnabled", "is off, and a retention or a key of Performance Insights is stated")


def lacking(inputs: Values, names: Mapping[str, str]) -> Iterable[Refusal]:
    """Properties that the laptop cloud has nothing behind: refused rather than taken and forgotten."""
    for name, why in names.items():
        if inputs.get(name) not in (None, "", [], False):
            yield Refusal(name, f"the laptop cloud cannot do that: {why}")


def final_snapshot(held: Values, parameter: str) -> Values:
    """What a deletion says of the last snapshot: taken from the state, as the provider does it."""
    if held.get("skipFinalSnapshot"):
        return {"SkipFinalSnapshot": True}
    name = held.get("finalSnapshotIdentifier")
    if not name:
        raise RefusedError("finalSnapshotIdentifier is required when skipFinalSnapshot is false")
    return {"SkipFinalSnapshot": False, parameter: name}
