"""Stores told in batches: what plans, keys and the run are judged by afterwards is the same as if all were remembered."""

from __future__ import annotations

import argparse
import datetime
import io
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest

from recoverable.audit.parts import Part
from recoverable.cli.audit_lines import stream
from recoverable.cli.entry import parser
from recoverable.clouds.live_facts import LIVE
from recoverable.model.finding import Finding
from recoverable.model.raw import Provider, RawResource, Reading

NOW = datetime.datetime(2026, 12, 2, tzinfo=datetime.UTC)
EAST, WEST = "us-east-1", "eu-west-1"
PATH = "aws:123456789012"
MONTHLY, DAILY = "cron(0 5 1 * ? *)", "cron(0 5 * * ? *)"


def raw(kind: str, address: str, region: str = WEST, **attrs: Any) -> RawResource:
    return RawResource(address, kind, address, {"arn": address, **attrs}, provider=Provider("aws", attrs={"region": region}))


def key(name: str, *, rotates: bool) -> RawResource:
    address = f"arn:aws:kms:{WEST}:123456789012:key/{name}"
    tags = {"environment": "dev", "owner": "x"}
    return raw("aws_kms_key", address, id=name, enable_key_rotation=rotates, deletion_window_in_days=30, is_enabled=True, tags=tags)


def bucket(number: int) -> list[RawResource]:
    """One of 60: environments, owners, regions and keys in turn, each with a tag of its own."""
    name = f"acme-{number:03}"
    tags = {"Name": name, "environment": ("prod", "staging", "dev", "")[number % 4], **({"owner": "shop"} if number % 3 else {})}
    tags = {word: value for word, value in tags.items() if value} | ({"backup": "yes"} if number % 5 == 0 else {})
    region = EAST if number % 7 == 0 else WEST
    made = [raw("aws_s3_bucket", f"arn:aws:s3:::{name}", region, bucket=name, id=name, tags=tags)]
    if number % 6 == 1:
        chosen = {"sse_algorithm": "aws:kms", "kms_master_key_id": f"arn:aws:kms:{WEST}:123456789012:key/{'ab'[number % 12 // 6]}"}
        rule = [{"apply_server_side_encryption_by_default": [chosen]}]
        made.append(
            raw("aws_s3_bucket_server_side_encryption_configuration", f"{made[0].address}#encryption", region, bucket=name, rule=rule)
        )
    return made


def plan(name: str, schedule: str, **selection: Any) -> list[RawResource]:
    address = f"arn:aws:backup:{WEST}:123456789012:backup-plan:{name}"
    rule = {"rule_name": "r", "target_vault_name": "vault", "schedule": schedule, "lifecycle": [{"delete_after": 20}]}
    chosen = raw(
        "aws_backup_selection", f"{address}#s", plan_id=name, name="s", iam_role_arn="arn:aws:iam::123456789012:role/b", **selection
    )
    return [raw("aws_backup_plan", address, id=name, name=name, rule=[rule]), chosen]


BUCKETS = [bucket(number) for number in range(60)]
BESIDE = [
    *plan("tagged", MONTHLY, selection_tag=[{"type": "STRINGEQUALS", "key": "backup", "value": "yes"}]),
    *plan("some", DAILY, resources=["arn:aws:s3:::acme-01*"]),
    *plan("all", MONTHLY, resources=["arn:aws:s3:::*"]),
]
KEYS = [key("a", rotates=False), key("b", rotates=False), key("c", rotates=False)]


class Account:
    """An account that is read in batches of so many buckets; 0: in one part. ``remembered`` is how many the last part held."""

    cloud: ClassVar[str] = "aws"
    code_only: ClassVar[Mapping[str, str]] = {}

    def __init__(self, batch: int) -> None:
        self.batch = batch
        self.now = NOW
        self.crashes: list[Finding] = []
        self.unreached = False
        self.whole = True
        self.remembered = len(BUCKETS)

    def parts(self) -> Iterator[Part]:
        kept = BUCKETS
        if self.batch:
            kept = []
            for start in range(0, len(BUCKETS), self.batch):
                own = BUCKETS[start : start + self.batch]
                part = self._part([*own, BESIDE], only=frozenset(each[0].address for each in own))
                yield part
                kept += [each for each in own if part.is_needed(each[0].address)]
        self.remembered = len(kept)
        told = frozenset(each[0].address for each in kept) if self.batch else frozenset()
        yield self._part([*kept, BESIDE, KEYS], but=told)

    def _part(self, groups: list[list[RawResource]], **more: frozenset[str]) -> Part:
        resources = sorted((raw for group in groups for raw in group), key=lambda raw: (raw.address, raw.type))
        return Part(Reading(LIVE, PATH, resources), **more)


def told(batch: int, folder: Path) -> tuple[list[dict[str, Any]], int]:
    """All findings, and how many buckets the last part held."""
    (folder / "recoverable.toml").write_text("schema = 1\nrequire_environment = true\n")
    options: argparse.Namespace = parser("audit").parse_args(["audit", "aws", "--json-lines", "--config", str(folder / "recoverable.toml")])
    out, account = io.StringIO(), Account(batch)
    stream(options, account, out)
    *rows, last = [json.loads(line) for line in out.getvalue().splitlines()]
    assert last["summary"]["stores"] == len(BUCKETS) + len(KEYS) + 3, "plans count, too"
    return sorted(rows, key=lambda row: json.dumps(row, sort_keys=True)), account.remembered


@pytest.mark.parametrize("batch", [1, 7, 60])
def test_batches_say_the_same_as_one_part(batch: int, tmp_path: Path) -> None:
    whole, _ = told(0, tmp_path)

    found, remembered = told(batch, tmp_path)

    assert {row["rule"] for row in whole if row["verdict"] == "fail"} >= {"RCV100", "RCV101", "RCV156"}
    assert found == whole
    assert remembered < len(BUCKETS)


def test_what_is_remembered_does_not_grow_with_stores_that_are_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, few = told(7, tmp_path)
    alike = [_renamed(each, copy) for copy in range(3) for each in BUCKETS]
    monkeypatch.setattr("tests.audit.test_sorts.BUCKETS", alike)

    _, many = told(7, tmp_path)

    assert many == few


def _renamed(group: list[RawResource], copy: int) -> list[RawResource]:
    """The same bucket under another name, which the plans select as they did."""

    def name(value: Any) -> Any:
        if isinstance(value, dict):
            return {word: name(inner) for word, inner in value.items()}
        return re.sub(r"acme-(\d{3})", rf"acme-\g<1>{copy}", value) if isinstance(value, str) else value

    return [
        RawResource(
            name(each.address),
            each.type,
            name(each.name),
            {word: name(value) for word, value in each.attrs.items()},
            provider=each.provider,
        )
        for each in group
    ]
