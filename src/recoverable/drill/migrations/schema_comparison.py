"""Two schemas compared object by object, from ``pg_dump --schema-only``: what is there, missing or different."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from recoverable.drill.connection import Connection
from recoverable.drill.migrations.history import named
from recoverable.drill.migrations.tool import RunProgram, ToolMissingError

OPTIONS = (
    "--schema-only",
    "--no-owner",
    "--no-acl",
    "--no-comments",
    "--no-publications",
    "--no-subscriptions",
    "--no-security-labels",
    "--no-tablespaces",
)
# "-- Name: orders; Type: TABLE; Schema: public; Owner: -", as pg_dump writes it before each object
_HEADER = re.compile(r"^--\n-- Name: (?P<name>.*); Type: (?P<type>[^;\n]+); Schema: (?P<schema>[^;\n]+); Owner: [^\n]*\n--\n", re.MULTILINE)
_NOISE = re.compile(r"^(SET default_\w+ = .*;|\\(un)?restrict .*|-- PostgreSQL database dump complete|--)$")
_END = "-- PostgreSQL database dump complete"
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")


@dataclass(frozen=True, slots=True)
class SchemaDifference:
    """Objects as ``TYPE schema.name``: only in the restored copy, only where it was migrated from scratch, or unlike."""

    extra: tuple[str, ...]
    missing: tuple[str, ...]
    different: tuple[str, ...]
    compared: int
    ignored: int

    @property
    def alike(self) -> bool:
        """Nothing differs."""
        return not (self.extra or self.missing or self.different)

    def __str__(self) -> str:
        kinds = (("not made by any migration", self.extra), ("missing", self.missing), ("different", self.different))
        return "; ".join(f"{len(found)} {kind}: {named(found)}" for kind, found in kinds if found)


def compare_schemas(restored: Mapping[str, list[str]], scratch: Mapping[str, list[str]], ignore: Sequence[str]) -> SchemaDifference:
    """The difference; ``ignore`` are globs over ``TYPE schema.name``."""
    every = restored.keys() | scratch.keys()
    ignored = {name for name in every if any(fnmatchcase(name, glob) for glob in ignore)}
    extra = sorted(restored.keys() - scratch.keys() - ignored)
    missing = sorted(scratch.keys() - restored.keys() - ignored)
    different = sorted(name for name in (restored.keys() & scratch.keys()) - ignored if restored[name] != scratch[name])
    return SchemaDifference(tuple(extra), tuple(missing), tuple(different), len(every - ignored), len(ignored))


def objects_of(dump: str) -> dict[str, list[str]]:
    """The objects of a dump by name; several with one name (overloads, defaults) in a list of their own order.

    Only whole lines between objects are dropped: a function's body keeps its comments and its SETs.
    """
    found: dict[str, list[str]] = {}
    headers = list(_HEADER.finditer(dump))
    for at, header in enumerate(headers):
        end = headers[at + 1].start() if at + 1 < len(headers) else dump.rfind(_END)
        schema = header["schema"]
        name = f"{header['type']} " + ("" if schema == "-" else f"{schema}.") + header["name"]
        found.setdefault(name, []).append(_trimmed(dump[header.end() : end if end > header.end() else len(dump)]))
    return {name: sorted(texts) for name, texts in found.items()}


def _trimmed(text: str) -> str:
    lines = text.splitlines()
    while lines and (not lines[-1].strip() or _NOISE.match(lines[-1])):
        lines.pop()
    return "\n".join(lines).strip("\n")


def find_pg_dump(programs: Path | None) -> str:
    """The copy's own ``pg_dump``, else that of the PATH.

    Raises:
        ToolMissingError: there is none.
    """
    if programs and (programs / "pg_dump").is_file():
        return str(programs / "pg_dump")
    found = shutil.which("pg_dump")
    if not found:
        raise ToolMissingError("pg_dump is not installed", "Install PostgreSQL's client programs of the server's major version, or newer.")
    return found


def dump_schema(run: RunProgram, program: str, database: Connection, into: Path) -> dict[str, list[str]]:
    """Dump a schema and take it apart. The password goes by the environment.

    Raises:
        ToolMissingError: pg_dump could not do it (too old for the server, no right to read, cut off).
    """
    outcome = run([program, *OPTIONS, "--no-password", "--file", str(into)], database, database.environment(), into.parent)
    if outcome.code != 0:
        old = "server version mismatch" in outcome.output
        why = "it is older than the server" if old else outcome.ended()
        raise ToolMissingError(f"pg_dump could not read the schema: {why}")
    text = into.read_text(encoding="utf-8")
    into.unlink()
    if _END not in text[-200:]:
        raise ToolMissingError("pg_dump wrote a schema without its last line")
    return objects_of(text)
