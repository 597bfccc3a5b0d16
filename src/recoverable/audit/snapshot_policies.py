"""Policies of Data Lifecycle Manager: in the words of ``aws_dlm_lifecycle_policy``."""

from __future__ import annotations

from typing import Any

from recoverable.audit.asking import Region
from recoverable.audit.resources import Found, Json, block, made
from recoverable.clouds.aws_dlm import UNREAD
from recoverable.model.raw import RawResource
from recoverable.model.values import Unknown

KIND = "aws_dlm_lifecycle_policy"
EXCLUSIONS = {"ExcludeBootVolumes": "exclude_boot_volumes", "ExcludeVolumeTypes": "exclude_volume_types", "ExcludeTags": "exclude_tags"}
PARAMETERS = {"ExcludeBootVolume": "exclude_boot_volume", "ExcludeDataVolumeTags": "exclude_data_volume_tags"}


def read_policies(region: Region, found: Found) -> None:
    """Every policy. One that could not be read may select any volume. The list does not come in pages."""
    listed = region.one("dlm", "GetLifecyclePolicies")
    if isinstance(listed, Unknown):
        found.add(_unread(region, "?", listed))
        return
    for item in (listed or {}).get("Policies", ()):
        name = item["PolicyId"]
        arn = region.arn("dlm", f"policy/{name}")
        answer = region.one("dlm", "GetLifecyclePolicy", name, PolicyId=name)
        if isinstance(answer, Unknown):
            found.add(_unread(region, name, answer))
            continue
        said: Json = (answer or {}).get("Policy") or {}
        details = said.get("PolicyDetails") or {}
        found.add(
            made(
                region.name,
                KIND,
                arn,
                arn=arn,
                id=name,
                description=item.get("Description"),
                state=item.get("State"),
                default_policy=details.get("ResourceType") if said.get("DefaultPolicy") else None,
                policy_details=[_details(details)],
                tags=item.get("Tags") or {},
            )
        )


def _unread(region: Region, name: str, gap: Unknown) -> RawResource:
    return made(region.name, UNREAD, region.arn("dlm", f"policy/{name}#unread"), why=gap)


def _details(said: Json) -> Json:
    targets: Json = {}
    for each in said.get("TargetTags") or ():  # a table, in Terraform's words, has room for one value of a key
        several = each["Key"] in targets
        targets[each["Key"]] = Unknown("TargetTags", "several values of one key") if several else each.get("Value", "")
    return block(
        resource_types=said.get("ResourceTypes"),
        target_tags=targets or None,
        create_interval=said.get("CreateInterval"),
        retain_interval=said.get("RetainInterval"),
        exclusions=_some(said.get("Exclusions"), EXCLUSIONS),
        parameters=_some(said.get("Parameters"), PARAMETERS),
        schedule=[_schedule(each) for each in said.get("Schedules") or ()] or None,
    )


def _some(said: Json | None, words: dict[str, str]) -> list[Json] | None:
    """A block with what is set in it, none where nothing is."""
    known = {name: said[word] for word, name in words.items() if said.get(word)} if said else {}
    return [known] if known else None


def _schedule(said: Json) -> Json:
    made_by, kept = said.get("CreateRule") or {}, said.get("RetainRule") or {}
    return block(
        name=said.get("Name"),
        create_rule=[
            block(
                interval=made_by.get("Interval"), interval_unit=made_by.get("IntervalUnit"), cron_expression=made_by.get("CronExpression")
            )
        ],
        retain_rule=[_kept(kept)],
        cross_region_copy_rule=[_copy(each) for each in said.get("CrossRegionCopyRules") or ()] or None,
    )


def _kept(said: Json) -> Json:
    return block(count=said.get("Count"), interval=said.get("Interval"), interval_unit=said.get("IntervalUnit"))


def _copy(said: Json) -> Json:
    target: Any = said.get("TargetRegion") or said.get("Target")
    return block(target=target, encrypted=said.get("Encrypted"))
