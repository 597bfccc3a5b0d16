"""Looks at whole accounts, many calls at once, and hands each over as readings that the same mapping and rules take as code.

A small account is one reading. Where memory has to stay flat, buckets come in batches, each with what they are tied to and what protects
them; of a bucket that was handed over, only its name, tags and key are kept, and that only where who judged it says that keys and
plans, which are judged by what they protect, need it.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any, ClassVar

from recoverable.audit import (
    backups,
    buckets,
    caches,
    databases,
    fsx,
    guards,
    jobs,
    loggers,
    memory,
    replication_metrics,
    snapshot_policies,
    tables,
    volumes,
    warehouses,
)
from recoverable.audit.accounts import Account
from recoverable.audit.asking import Region
from recoverable.audit.code_only import CODE_ONLY
from recoverable.audit.facts import readings_of, store_facts
from recoverable.audit.parts import Part
from recoverable.audit.resources import Found, KeyNames, made
from recoverable.audit.threads import threads
from recoverable.clouds.live_facts import LIVE
from recoverable.enforce.crashes import unjudged
from recoverable.model.errors import InputError
from recoverable.model.finding import Finding
from recoverable.model.raw import RawResource, Reading
from recoverable.model.values import Unknown

LISTS = frozenset(
    {"AssumeRole", "DescribeRegions", "DescribeCacheClusters", "DescribeClusters", "DescribeDBClusters", "DescribeDBInstances", "DescribeFileSystems",
     "DescribeReplicationGroups", "DescribeServerlessCaches", "DescribeTable", "DescribeVolumes", "GetBucketLocation", "GetCallerIdentity",
     "ListAccounts", "ListBuckets", "ListTables"}
)  # fmt: skip
"""Without these a store is not seen at all."""
WAITING = 50
"""Tasks that wait for each one that runs."""
BESIDE_BUCKETS = ("aws_backup_", "aws_cloudwatch_", "aws_s3_bucket_replication", "aws_s3_bucket_logging", "aws_cloudtrail", "aws_lb")


@dataclass(slots=True)
class Sweep:
    """One audit of AWS. At its end ``unreached`` tells whether somebody did not answer or was too busy, ``denied`` whether stores may not be listed;
    ``crashes`` are findings.
    """

    cloud: ClassVar[str] = "aws"
    code_only: ClassVar[Mapping[str, str]] = CODE_ONLY
    accounts: Iterable[Account]
    parallel: int
    now: datetime.datetime
    batch: int = 0
    crashes: list[Finding] = field(default_factory=list)
    unreached: bool = False
    denied: bool = False

    @property
    def whole(self) -> bool:
        """Whether everybody who was asked answered, and nothing crashed. Stores that may not be listed were not seen."""
        return not (self.unreached or self.crashes or self.denied)

    def parts(self) -> Iterator[Part]:
        """All accounts, one after the other."""
        for account in self.accounts:
            yield from self._account(account)

    def _account(self, account: Account) -> Iterator[Part]:
        """The account in one part, or in several where ``batch`` says so; the last one holds all that is no bucket."""
        found = Found()
        path = f"aws:{account.number or 'unknown'}"
        with threads(self.parallel) as pool:
            keys = {region.name: KeyNames(region) for region in account.regions}
            self._all(
                pool, path, [(region.name, task) for region in account.regions for task in self._tasks(region, found, keys[region.name])]
            )
            yield from self._buckets(pool, path, account, found, keys)
        for region in account.regions:
            found.add(*readings_of(account.number, region.name, region.gaps))
            self._note(region.gaps)
        for gap in account.gaps:
            found.add(*readings_of(account.number, gap.region, [gap]))
        self._note(account.gaps)
        told = frozenset(str(raw.attrs["arn"]) for raw in found.resources if raw.type == "aws_s3_bucket") if self.batch else frozenset()
        found.add(*store_facts(found, [raw for raw in found.resources if raw.address not in told]))
        yield Part(Reading(LIVE, path, sorted(found.resources, key=lambda raw: (raw.address, raw.type))), but=told)

    def _note(self, gaps: list[Any]) -> None:
        self.unreached = self.unreached or any(gap.why in ("throttled", "unreachable") for gap in gaps)
        self.denied = self.denied or any(gap.why in ("denied", "failed") and gap.operation in LISTS for gap in gaps)

    def _tasks(self, region: Region, found: Found, keys: KeyNames) -> list[Callable[[], None]]:
        return [
            lambda: databases.read_instances(region, found, keys, self.now),
            lambda: databases.read_clusters(region, found, keys, self.now),
            lambda: databases.read_windows(region, found, self.now),
            lambda: tables.read_tables(region, found, keys, self.now),
            lambda: tables.read_file_systems(region, found, keys, self.now),
            lambda: volumes.read_volumes(region, found, keys, self.now),
            lambda: snapshot_policies.read_policies(region, found),
            lambda: fsx.read_fsx(region, found, keys, self.now),
            lambda: warehouses.read_warehouses(region, found, keys, self.now),
            lambda: caches.read_caches(region, found, keys, self.now),
            lambda: caches.read_serverless(region, found, keys, self.now),
            lambda: memory.read_memory(region, found, keys, self.now),
            lambda: backups.read_plans(region, found),
            lambda: backups.read_vaults(region, found, keys, self.now),
            lambda: backups.read_restore_tests(region, found),
            lambda: jobs.read_jobs(region, found, self.now),
            lambda: jobs.read_snapshots(region, found, self.now),
            lambda: jobs.read_shared(region, found),
            lambda: guards.read_keys(region, found),
            lambda: guards.read_secrets(region, found),
            lambda: loggers.read_trails(region, found),
            lambda: loggers.read_balancers(region, found),
            lambda: guards.read_listeners(region, found),
        ]

    def _all(self, pool: ThreadPoolExecutor, path: str, tasks: Iterable[tuple[str, Callable[[], None]]]) -> None:
        """Run tasks at once; one that crashes is a finding, and the rest goes on. So many wait at a time that memory does not grow with them."""
        left = iter(tasks)
        while some := list(islice(left, WAITING * self.parallel)):
            for place, future in [(place, pool.submit(task)) for place, task in some]:
                try:
                    future.result()
                except InputError:
                    raise
                except Exception as error:
                    self.crashes.append(unjudged(f"{path}:{place}", error))

    def _buckets(self, pool: ThreadPoolExecutor, path: str, account: Account, found: Found, keys: dict[str, KeyNames]) -> Iterator[Part]:
        if not account.regions:
            return
        first = account.regions[0]
        regions = {region.name: region for region in account.regions}
        homes: dict[str, str] = {}

        def place(name: str, said: str | None) -> None:
            home = said or buckets.home(first, name)
            if not isinstance(home, Unknown):
                homes[name] = home

        listed: list[tuple[str, str | None]] = []
        self._all(pool, path, [(first.name, lambda: listed.extend(buckets.names(first, found, self.now)))])
        self._all(pool, path, ((first.name, partial(place, *pair)) for pair in listed))
        mine = sorted(name for name in homes if homes[name] in regions)
        tied: dict[str, list[RawResource]] = {}

        def tie(name: str) -> None:
            if links := list(buckets.links(regions[homes[name]], name)):
                tied[name] = links

        def settle(here: Found, name: str) -> None:
            here.add(*buckets.settings(regions[homes[name]], name, block, keys[homes[name]]))

        def measure(name: str) -> None:
            rules = [rule for link in tied[name] for rule in replication_metrics.measured(name, link.attrs.get("rule"))]
            if rules:
                replication_metrics.read_metrics(found, buckets.arn_of(first, name), rules, regions, homes, self.now)

        self._all(pool, path, ((homes[name], partial(tie, name)) for name in mine))
        self._all(pool, path, ((homes[name], partial(measure, name)) for name in sorted(tied)))
        block = buckets.AccountBlock(first)
        size = self.batch or len(mine) or 1
        for start in range(0, len(mine), size):
            names = mine[start : start + size]
            here = Found()
            self._all(pool, path, ((homes[name], partial(settle, here, name)) for name in names))
            links = [link for name in names for link in tied.get(name, ())]
            if not self.batch:
                found.add(*here.resources, *links, *_targets(links, homes, set(mine)))
                continue
            part = self._batch(path, found, here, links, tied, homes, names)
            if not part.only:  # nothing of it could be read, which was told; without stores it would pass for the last part
                continue
            yield part
            needed = {str(raw.attrs["bucket"]) for raw in here.resources if raw.type == "aws_s3_bucket" and part.is_needed(raw.address)}
            found.add(
                *(raw for raw in here.resources if raw.attrs.get("bucket") in needed and (raw.type == "aws_s3_bucket" or _under_a_key(raw)))
            )

    def _batch(
        self,
        path: str,
        found: Found,
        here: Found,
        links: list[RawResource],
        tied: dict[str, list[RawResource]],
        homes: dict[str, str],
        names: list[str],
    ) -> Part:
        """A batch with what lies beside it; only what is said of its own buckets counts."""
        own = frozenset(str(raw.attrs["arn"]) for raw in here.resources if raw.type == "aws_s3_bucket")
        beside = [raw for raw in found.resources if raw.type.startswith(BESIDE_BUCKETS)]
        mine = set(names)
        others = [link for name, tie in tied.items() if name not in mine for link in tie]
        facts = store_facts(found, here.resources)
        resources = [*here.resources, *links, *others, *beside, *_targets(links, homes, mine), *facts]
        return Part(Reading(LIVE, path, sorted(resources, key=lambda raw: (raw.address, raw.type))), only=own)


def _targets(links: list[RawResource], homes: dict[str, str], known: set[str]) -> Iterator[RawResource]:
    """The buckets that others replicate into and that are not looked at themselves: where they are is all that is asked of them."""
    for name in sorted({_name(copy) for link in links for copy in _rules(link)} - known):
        if name in homes:
            yield made(homes[name], "audit_bucket_elsewhere", f"arn:aws:s3:::{name}#elsewhere", bucket=name)


def _under_a_key(raw: RawResource) -> bool:
    """Whether it says that a bucket is encrypted under a key that somebody chose."""
    rules = raw.attrs.get("rule") if raw.type == "aws_s3_bucket_server_side_encryption_configuration" else None
    return isinstance(rules, list) and any("kms_master_key_id" in item["apply_server_side_encryption_by_default"][0] for item in rules)


def _rules(link: RawResource) -> list[Any]:
    rules = link.attrs.get("rule")
    return rules if isinstance(rules, list) else []


def _name(copy: Any) -> str:
    return str(copy["destination"][0].get("bucket", "")).rsplit(":", 1)[-1]
