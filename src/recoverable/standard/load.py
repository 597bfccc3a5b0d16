"""The backup standard: loaded, validated, and asked what it demands of one store."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from pathlib import Path

from recoverable.model.finding import Severity
from recoverable.standard.demands import Demands
from recoverable.standard.fields import STRICTEST
from recoverable.standard.host_settings import PulumiSettings, read_pulumi_settings
from recoverable.standard.layers import Layer, Layers
from recoverable.standard.names import Match, Names
from recoverable.standard.ordering import check_order
from recoverable.standard.overlay import StoreRules, bound_rto, overlay, own_tags
from recoverable.standard.problems import Problems
from recoverable.standard.source import FILE_NAME, Source, find_file, parse_source, read_source
from recoverable.standard.tables import TOP_KEYS, read_environments, read_kinds, read_names, read_stores, read_waivers
from recoverable.standard.typed import Table
from recoverable.standard.waivers import Waiver

BUILT_IN_LABEL = "built-in"
SEVERITIES = tuple(severity.value for severity in Severity)


class Standard:
    """The numbers, and who they are for. Made by :func:`load`, :func:`parse` and :func:`built_in`.

    ``label`` is how messages name the file (``built-in`` without one). ``warnings`` are doubtful
    decisions in it, a sentence each. ``external_alerting`` names listeners outside the input.
    ``pulumi`` says how the policy pack enforces it.
    ``drill``, ``alerts`` and ``state_backend`` are the tables of those commands, which the modules ``settings`` of their
    packages read.
    """

    def __init__(self, source: Source, kinds: Collection[str] | None = None, path: Path | None = None) -> None:
        problems = Problems(source.label, source.lines)
        top = Table(source.data, (), problems)
        self.label = source.label
        self.path = path
        _check_schema(top)
        top.only(TOP_KEYS)
        self.reviewed: datetime.date | None = top.date("reviewed")
        self.reviewed_where = top.where("reviewed")
        self.require_environment = top.switch("require_environment", default=False)
        self.fail_on = Severity(top.choice("fail_on", SEVERITIES, Severity.MEDIUM.value))
        self.layers = Layers(read_environments(top, kinds), read_kinds(top, kinds))
        self.names: Names = read_names(self.layers.environments, top)
        self.stores = StoreRules(read_stores(top, self.names, self.layers.environments))
        self.waivers: tuple[Waiver, ...] = tuple(read_waivers(top))
        alerting = top.table("alerting")
        alerting.only(("external",))
        self.external_alerting = alerting.texts("external")
        self.pulumi: PulumiSettings = read_pulumi_settings(top)
        self.drill: Table = top.table("drill")
        self.alerts: Table = top.table("alerts")
        self.state_backend: Table = top.table("state_backend")
        check_order(self.layers, list(self.stores.all), problems)
        problems.stop_if_any()
        self.warnings: list[str] = list(dict.fromkeys(problems.warnings))
        self._settings: dict[tuple[str, str], Layer] = {}
        self._demands: dict[tuple[str, str, str], Demands] = {}

    @property
    def environments(self) -> tuple[str, ...]:
        """All environments: prod, staging, dev, then the declared ones."""
        return tuple(self.layers.environments)

    def canonical(self, name: str) -> str | None:
        """The environment a name speaks of: an alias, or a whole word in it; None if not exactly one."""
        found = self.names.find(name)
        return found.environment if found else None

    def match(self, name: str) -> Match | None:
        """Like :meth:`canonical`, with the aliases that said so."""
        return self.names.find(name)

    def is_prod_like(self, environment: str) -> bool:
        """True for prod and the environments that are like it."""
        return self.layers.root(environment) == "prod"

    def settings(self, environment: str, kind: str = "") -> Layer:
        """All settings of an environment, for one kind of store or for any; the strictest of all
        environments where it is not known.
        """
        name = self.canonical(environment) or STRICTEST
        key = (name, kind)
        if key not in self._settings:
            self._settings[key] = self.layers.strictest(kind) if name == STRICTEST else self.layers.settings(name, kind)
        return self._settings[key]

    def demands(self, *, environment: str, environment_source: str, kind: str, address: str, tags: dict[str, str]) -> Demands:
        """What is demanded of one store.

        An environment that is not known gives the strictest of each number over all of them, and
        ``Demands.environment`` is then ``strictest``. A store rule that states an environment is
        stronger than anything but the flag.
        """
        rules = self.stores.matching(address, tags)
        for rule in rules:
            if rule.environment and not environment_source.startswith("flag"):
                environment, environment_source = rule.environment, str(rule.where)
        name = self.canonical(environment) or STRICTEST
        own = own_tags(tags)
        if rules or own:
            return Demands(name, environment_source, **overlay(self.settings(name, kind), rules, own))
        key = (name, environment_source, kind)
        if key not in self._demands:
            settings = self.settings(name, kind)
            self._demands[key] = Demands(name, environment_source, **{**settings, "rto_minutes": bound_rto(settings)})
        return self._demands[key]


def load(path: Path | None, *, start: Path, kinds: Collection[str] | None = None) -> Standard:
    """The standard at ``path``, else the nearest ``recoverable.toml`` from ``start`` up to the root
    of its repository, else the built-in one. With ``kinds``, other kinds of stores are refused.

    Raises StandardError where it cannot be read or holds problems; all of them are in it.
    """
    found = path or find_file(start)
    return Standard(read_source(found), kinds, found) if found else built_in()


def parse(text: str, *, label: str = FILE_NAME, kinds: Collection[str] | None = None) -> Standard:
    """A standard from TOML text.

    Raises StandardError where it is not TOML or holds problems.
    """
    return Standard(parse_source(text, label), kinds)


def built_in() -> Standard:
    """The numbers that hold without a file."""
    return Standard(Source(BUILT_IN_LABEL, {}, {}))


def stale_review(standard: Standard, today: datetime.date) -> str | None:
    """What to say when the last review is over 12 months ago, or in the future; None while it is not
    or when the standard does not say.
    """
    reviewed = standard.reviewed
    if reviewed is None:
        return None
    if reviewed > today:
        return f"the standard says it was reviewed on {reviewed}, which is still to come ({standard.reviewed_where})"
    if (today.year, today.month, today.day) > (reviewed.year + 1, reviewed.month, reviewed.day):
        return f"the standard was last reviewed on {reviewed}, over 12 months ago ({standard.reviewed_where})"
    return None


def _check_schema(top: Table) -> None:
    found = top.data.get("schema", 1)
    if type(found) is int and found == 1:
        return
    newer = type(found) is int and found > 1
    fix = "Update recoverable, or write schema = 1." if newer else "Write schema = 1."
    top.wrong("schema", f"is {found}, and this version of recoverable reads 1" if newer else "is not 1", fix)
    top.problems.stop_if_any()
