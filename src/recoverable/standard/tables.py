"""Reads each table of ``recoverable.toml`` into layers, store rules and waivers."""

from __future__ import annotations

import re
from collections.abc import Collection

from recoverable.model.values import Location
from recoverable.standard.fields import ALIASES, ENVIRONMENT_ORDER, STRICTEST
from recoverable.standard.layers import Environment, Layer, StoreRule
from recoverable.standard.names import Names
from recoverable.standard.problems import show, suggestion
from recoverable.standard.typed import SETTING_KEYS, Table
from recoverable.standard.waivers import Waiver

TOP_KEYS = (
    "schema",
    "reviewed",
    "require_environment",
    "fail_on",
    "environments",
    "kinds",
    "stores",
    "waivers",
    "alerting",
    "alerts",
    "drill",
    "state_backend",
    "hosts",
)
WAIVER_KEYS = ("rule", "address", "file", "reason", "owner", "until")
NAME_PATTERN = r"^[a-z][a-z0-9_-]*$"
RULE_PATTERN = r"^(RCV[0-9]{3}|[a-z][a-z0-9-]*)$"
ALIAS_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9 ._/-]*$"
TAG_PATTERN = r"^[^=]+=.+$"


def read_environments(top: Table, kinds: Collection[str] | None) -> dict[str, Environment]:
    """The built-in environments with what the file says of them, then the declared ones."""
    tables = top.named_tables("environments")
    environments = {name: Environment(name) for name in ENVIRONMENT_ORDER}
    environments.update({name: Environment(name) for name, table in tables.items() if _is_declared(name, table)})
    for name, table in tables.items():
        environment = environments.get(name)
        if environment is None:
            _refuse_undeclared(name, table, environments)
            environment = Environment(name)
        _read_environment(environment, table, environments, kinds)
    _break_circles(environments, tables)
    return environments


def _is_declared(name: str, table: Table) -> bool:
    return "like" in table.data and name != STRICTEST and bool(re.fullmatch(NAME_PATTERN, name))


def _refuse_undeclared(name: str, table: Table, environments: dict[str, Environment]) -> None:
    problems = table.problems
    known = _built_in_aliases().exact(name)
    if name == STRICTEST:
        problems.add(table.path, "is a reserved name", "Choose another: strictest stands for stores whose environment was not found.")
    elif not re.fullmatch(NAME_PATTERN, name) and not known:
        problems.add(table.path, "is no name for an environment", "Use small letters, digits, - and _, beginning with a letter.")
    elif known:
        problems.add(table.path, f"is another name of {known}", f"Write [environments.{known}].")
    else:
        hint = suggestion(name, environments)
        hint = hint if hint.startswith("Did") else ""
        problems.add(
            table.path,
            "is not built in and does not say what it is like",
            f'{hint} To declare it, add like = "prod" (or another environment).'.strip(),
        )


def _built_in_aliases() -> Names:
    return Names({alias: name for name in ENVIRONMENT_ORDER for alias in (*ALIASES[name], name)})


def _read_environment(environment: Environment, table: Table, environments: dict[str, Environment], kinds: Collection[str] | None) -> None:
    table.only((*SETTING_KEYS, "aliases", "like", "kinds"))
    environment.settings = table.settings()
    environment.kinds = read_kinds(table, kinds)
    environment.aliases = table.texts("aliases")
    for alias in environment.aliases:
        if not re.fullmatch(ALIAS_PATTERN, alias):
            table.wrong("aliases", f"holds {show(alias)}, which is no name", "Use letters, digits, spaces, and . _ - /.")
    if "like" not in table.data or environment.name not in environments:
        return
    if environment.name in ENVIRONMENT_ORDER:
        table.wrong("like", f"stands in {environment.name}, which is built in", "Remove the line.")
        return
    like = table.text("like")
    target = like if like in environments else _built_in_aliases().exact(like)
    if target is None and not table.problems.touches((*table.path, "like")):
        table.wrong(
            "like",
            f"is {show(like)}, which is no environment",
            suggestion(like, [name for name in environments if name != environment.name]),
        )
    environment.like = target or "prod"


def _break_circles(environments: dict[str, Environment], tables: dict[str, Table]) -> None:
    for name in environments:
        seen = [name]
        while environments[seen[-1]].like:
            following = environments[seen[-1]].like
            if following in seen:
                circle = " -> ".join([*seen[seen.index(following) :], following])
                tables[seen[-1]].wrong("like", f"goes round in a circle: {circle}", "Let one of them be like prod, staging or dev.")
                environments[seen[-1]].like = "prod"
                break
            seen.append(following)


def read_names(environments: dict[str, Environment], top: Table) -> Names:
    """All aliases; one that the file states wins over a built-in one."""
    problems = top.problems
    aliases = {alias: name for name in ENVIRONMENT_ORDER for alias in (*ALIASES[name], name)}
    aliases.update({name: name for name in environments})
    stated: dict[str, str] = {}
    for name, environment in environments.items():
        path = ("environments", name, "aliases")
        for alias in (word.lower() for word in environment.aliases):
            if alias in environments and alias != name:
                problems.add(path, f"holds {show(alias)}, which is an environment of its own", "Remove it here, or that environment.")
            elif stated.setdefault(alias, name) != name:
                problems.add(path, f"holds {show(alias)}, which {stated[alias]} has too", "Keep it in one of the two.")
            aliases[alias] = name
    return Names(aliases)


def read_kinds(table: Table, known: Collection[str] | None) -> dict[str, Layer]:
    """The settings per kind of store; unknown kinds are refused where the kinds are known."""
    kinds: dict[str, Layer] = {}
    for name, inner in table.named_tables("kinds").items():
        if known is not None and name not in known:
            inner.problems.add(inner.path, "is no kind of store", suggestion(name, sorted(known)))
        elif not re.fullmatch(NAME_PATTERN, name):
            inner.problems.add(inner.path, "is no kind of store", "Kinds are words such as rds-instance or s3-bucket.")
        inner.only(SETTING_KEYS)
        kinds[name] = inner.settings()
    return kinds


def read_stores(top: Table, names: Names, environments: dict[str, Environment]) -> list[StoreRule]:
    """``[stores."ADDRESS"]`` tables, or ``[[stores]]`` with an address or a tag."""
    if isinstance(top.data.get("stores"), list):
        return [_array_store(table, names, environments) for table in top.tables("stores")]
    rules = []
    for address, table in top.named_tables("stores").items():
        table.only((*SETTING_KEYS, "environment"))
        rules.append(_store(table, names, environments, address, None))
    return rules


def _array_store(table: Table, names: Names, environments: dict[str, Environment]) -> StoreRule:
    table.only((*SETTING_KEYS, "environment", "address", "tag"))
    address, tag = table.text("address"), table.text("tag")
    if not address and not tag:
        table.problems.add(table.path, "names no store", 'Add address = "aws_db_instance.orders" or tag = "team=payments".')
    key, _, value = tag.partition("=")
    if tag and not re.fullmatch(TAG_PATTERN, tag):
        table.wrong("tag", f"is {show(tag)}, not key=value", 'Write it as tag = "team=payments".')
    return _store(table, names, environments, address, (key.strip(), value.strip()) if tag else None)


def _store(table: Table, names: Names, environments: dict[str, Environment], address: str, tag: tuple[str, str] | None) -> StoreRule:
    stated = table.text("environment")
    environment = names.exact(stated) or ""
    if stated and not environment:
        table.wrong("environment", f"is {show(stated)}, which is no environment", suggestion(stated, environments))
    return StoreRule(table.path, address, tag, environment, table.settings(), _location(table))


def read_waivers(top: Table) -> list[Waiver]:
    """``[[waivers]]`` as written; only what makes no sense at all is refused."""
    waivers = []
    for table in top.tables("waivers"):
        table.only(WAIVER_KEYS)
        rule, address, file = table.text("rule"), table.text("address"), table.text("file")
        if not rule and not table.problems.touches((*table.path, "rule")):
            table.problems.add(table.path, "names no rule", 'Add rule = "retention-too-short" (a name or an id such as RCV002).')
        elif rule and not re.fullmatch(RULE_PATTERN, rule, re.IGNORECASE):
            table.wrong(
                "rule",
                f"is {show(rule)}, neither a rule's name nor its id",
                "Write a name such as retention-too-short, or an id such as RCV002.",
            )
        if not address and not file:
            table.problems.add(
                table.path, "says neither address nor file", 'Add address = "aws_db_instance.orders"; address = "*" is every store.'
            )
        waivers.append(Waiver(rule, address, file, table.text("reason"), table.text("owner"), table.date("until"), _location(table)))
    return waivers


def _location(table: Table) -> Location:
    return Location(table.problems.label, table.problems.line(table.path))
