"""Folders of SQL migrations as usual tools keep them: where they record what they applied, and under which name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum


class Key(str, Enum):
    """What of a file's path is recorded: the whole name, the name without ending, its leading number, or its folder's name."""

    FILE = "file"
    STEM = "stem"
    NUMBER = "number"
    FOLDER = "folder"


class Digest(str, Enum):
    """The hash of a file's bytes that is recorded beside its name."""

    NONE = "none"
    MD5 = "md5"
    SHA1 = "sha1"
    SHA256 = "sha256"
    SHA384 = "sha384"


@dataclass(frozen=True, slots=True)
class Layout:
    """One tool's way. ``finished`` is an SQL condition that holds for rows of migrations that ran to their end.

    ``newest_only`` marks tools with a single row, which imply all before it. ``down`` begins the part of a file that
    undoes it.
    """

    files: str
    key: Key
    table: str
    column: str
    digest: Digest = Digest.NONE
    digest_column: str = ""
    finished: str = "true"
    newest_only: bool = False
    down: re.Pattern[str] | None = None


LAYOUTS = {
    # Nothing is known of it: table and column must be stated.
    "plain": Layout("*.sql", Key.FILE, "", ""),
    # github.com/amacneil/dbmate, README: schema_migrations(version), sections "-- migrate:up" and "-- migrate:down"
    "dbmate": Layout("*.sql", Key.NUMBER, "schema_migrations", "version", down=re.compile(r"^--\s*migrate:down\b.*", re.MULTILINE | re.DOTALL)),
    # github.com/golang-migrate/migrate, MIGRATIONS.md and database/postgres: schema_migrations(version, dirty), one row
    "golang-migrate": Layout("*.up.sql", Key.NUMBER, "schema_migrations", "version", finished="NOT dirty", newest_only=True),
    # github.com/launchbadge/sqlx, sqlx-postgres/src/migrate.rs: _sqlx_migrations(version, checksum = SHA-384 of the file, success)
    "sqlx": Layout("*.sql", Key.NUMBER, "_sqlx_migrations", "version", Digest.SHA384, "checksum", "success"),
    # github.com/prisma/prisma-engines, sql-schema-connector: _prisma_migrations(migration_name, checksum = SHA-256, finished_at, rolled_back_at)
    "prisma": Layout(
        "*/migration.sql", Key.FOLDER, "_prisma_migrations", "migration_name", Digest.SHA256, "checksum", "finished_at IS NOT NULL AND rolled_back_at IS NULL"
    ),
}  # fmt: skip
