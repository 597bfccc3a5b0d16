"""``docs/runbook.md`` of an estate: what to do, in which order, by whom, with the very commands, for a person under pressure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from recoverable.drill.runbook.estate import RunbookStore
from recoverable.report.markdown_text import code, escaped

FOLDER = Path(__file__).parent / "chapters"
INFRA, APP = "SRE / infrastructure owner", "application owner"
MIGRATIONS = {
    "drizzle": (
        "See first that `drizzle.config` reads `DATABASE_URL` and no `.env` leads elsewhere: drizzle-kit would migrate that database. It reports\n"
        "success while it passes over a migration whose `when` is older than the newest applied one, so compare the rows before and after.",
        "npx drizzle-kit migrate",
        "SELECT id, left(hash, 12) AS hash, to_timestamp(created_at / 1000.0) AS created FROM drizzle.__drizzle_migrations ORDER BY id",
    ),
    "alembic": (
        "`alembic check` and `current --check-heads` exit 255 where something is missing; see first that `env.py` reads `DATABASE_URL`.",
        "alembic current --check-heads || alembic upgrade heads && alembic check",
        "SELECT version_num FROM alembic_version",
    ),
    "sql": ("Compare the names in the table of applied migrations with the files.", "", ""),
}


_BLANK = re.compile(r"@\{([a-z]+)\}")


def render(stores: Sequence[RunbookStore], label: str) -> str:
    """The whole page."""
    parts = [
        "# Restore runbook",
        f"Generated from `{label}` by `recoverable drill runbook`; `recoverable drill runbook --check` tells when it has drifted.",
        _chapter("first.md"),
        "\n".join(_who()),
        "\n".join(_table(stores)),
        *(_restore(each) for each in stores),
        _chapter("switch.md"),
    ]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _chapter(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def _who() -> Iterator[str]:
    yield "## Who does what"
    yield ""
    yield '| step | does it | says "go" |'
    yield "| :-- | :-- | :-- |"
    yield f"| stop the damage, keep the backups safe | {INFRA} | incident lead |"
    yield f"| choose the moment to go back to | {APP} | incident lead |"
    yield f"| restore beside, hand out the staging `DATABASE_URL` | {INFRA} | – |"
    yield f"| check migrations and read paths on the copy | {APP} | – |"
    yield f"| switch `DATABASE_URL` | {INFRA} | {APP} |"
    yield f"| roll back, once there are new writes | {INFRA} | {APP} |"
    yield f"| backups of the new database, next drill, clean up | {INFRA} | – |"


def _table(stores: Sequence[RunbookStore]) -> Iterator[str]:
    yield "## Stores"
    yield ""
    if not stores:
        yield "None is set up: add `[drill.stores.NAME]` to `recoverable.toml`."
        return
    yield "| store | environment | kind of restore | lose at most | back within | tested every | owner |"
    yield "| :-- | :-- | :-- | :-- | :-- | :-- | :-- |"
    for each in stores:
        demands = each.demands
        owner = escaped(demands.owner.value) if demands.owner.value else "not stated"
        yield (
            f"| [{escaped(each.name)}](#{_anchor(each)}) | {escaped(demands.environment)} | {each.provider} | {_minutes(demands.rpo_minutes.value)} | "
            f"{_minutes(demands.rto_minutes.value)} | {demands.restore_test_days.value} days | {owner} |"
        )


def _restore(store: RunbookStore) -> str:
    parts = [
        f"## {_title(store)}",
        _goal(store),
        _filled(_chapter(f"{store.chapter}.md"), store.blanks()).strip("\n"),
        "\n".join(_check(store)),
    ]
    return "\n\n".join(part for part in parts if part)


def _goal(store: RunbookStore) -> str:
    demands = store.demands
    lost, back = demands.rpo_minutes.value, demands.rto_minutes.value
    said = [f"Environment {escaped(demands.environment)}."]
    said += [f"At most {_minutes(lost)} of data may be lost."] if lost is not None else []
    said += [f"The first query must be answered within {_minutes(back)}."] if back is not None else []
    return " ".join(said)


def _filled(chapter: str, blanks: Mapping[str, str]) -> str:
    """``@{name}`` is a blank; everything else, and every ``$``, is the shell's."""
    return _BLANK.sub(lambda found: blanks[found[1]], chapter)


def _check(store: RunbookStore) -> Iterator[str]:
    if store.chapter in ("bucket", "state"):
        return
    yield "### Check it"
    yield ""
    yield "The URL of the copy lies in a file that only you can read:"
    yield ""
    yield "```sh"
    yield 'use_url "$URL_FILE"'
    yield "psql --no-psqlrc --command 'SELECT pg_is_in_recovery(), now(), current_database()'   # not in recovery"
    yield "```"
    yield ""
    if store.migrations in MIGRATIONS:
        about, command, query = MIGRATIONS[store.migrations]
        yield f"**Migrations** ({store.migrations}). {about}"
        yield "A copy from before the last deploy may be behind; unknown or edited migrations mean the wrong data or the wrong code."
        yield "`recoverable drill run` compares the sets, migrates, and compares the schema with one made from scratch."
        if query:
            yield ""
            yield "```sh"
            yield f'psql --no-psqlrc --command "{query}"'
            yield command
            yield f'psql --no-psqlrc --command "{query}"'
            yield "```"
    else:
        yield "**Migrations**: none are set up for this store; the application owner knows how its schema is made."
    yield ""
    if store.smoke:
        yield f"**Read paths** that must work before the switch: {', '.join(code(each) for each in store.smoke)} (`[drill.stores.{store.name}.smoke]`)."
    else:
        yield "**Read paths**: none are set up for this store. Read the newest rows of the tables that matter, and count them."


def _title(store: RunbookStore) -> str:
    return f"Store {store.name}"


def _anchor(store: RunbookStore) -> str:
    return f"store-{store.name}"


def _minutes(number: int | None) -> str:
    if number is None:
        return "not stated"
    return f"{number // 60} h" if number >= 60 and number % 60 == 0 else f"{number} min"
