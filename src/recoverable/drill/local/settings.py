"""``[drill.stores.NAME.source]`` of the provider ``local``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recoverable.standard.typed import Table

FORMS = ("base_backups", "pgbackrest", "dump")
"""Exactly one of them says what kind of backup it is."""
KEYS = (*FORMS, "wal_archive", "timeline", "globals", "without_owners", "database", "superuser", "programs", "scratch", "preload_ignored")
PGBACKREST_KEYS = (
    "stanza",
    "config",
    "repo",
    "program",
    "path",
    "type",
    "s3_bucket",
    "s3_endpoint",
    "s3_region",
    "s3_port",
    "s3_uri_style",
    "verify_tls",
    "ca_file",
    "s3_key_file",
    "s3_key_env",
    "s3_key_secret_file",
    "s3_key_secret_env",
    "cipher_pass_file",
    "cipher_pass_env",
)
_ONLY_WITH = {"wal_archive": "base_backups", "globals": "dump", "without_owners": "dump"}
_NEWEST_TIMELINE = 0


def read(table: Table) -> dict[str, Any]:
    """The settings, typed; paths as they were written (relative ones are below the standard's folder)."""
    table.only(KEYS)
    named = [form for form in FORMS if form in table.data]
    if len(named) != 1:
        found = f"names {' and '.join(named)}" if named else "names no backup"
        table.problems.add(table.path, found, 'Write one of base_backups = "…", dump = "…" or a table pgbackrest.')
    for key, form in _ONLY_WITH.items():
        if key in table.data and form not in named:
            table.wrong(key, f"is for {form} only", "Remove the line.")
    if "timeline" in table.data and "dump" in named:
        table.wrong("timeline", "means nothing for a dump", "Remove the line.")
    texts = ("base_backups", "wal_archive", "dump", "globals", "database", "superuser", "programs", "scratch")
    return {
        **{key: table.text(key) for key in texts},
        "timeline": table.whole("timeline", 1, 0x7FFFFFFF, _NEWEST_TIMELINE) if "timeline" in table.data else _NEWEST_TIMELINE,
        "without_owners": table.switch("without_owners", default=False),
        "preload_ignored": table.texts("preload_ignored"),
        "pgbackrest": _pgbackrest(table.table("pgbackrest")) if "pgbackrest" in named else None,
    }


def _pgbackrest(table: Table) -> dict[str, Any]:
    table.only(PGBACKREST_KEYS)
    if "stanza" not in table.data:
        table.problems.add(table.path, "names no stanza", 'Add stanza = "…".')
    if "config" not in table.data and "path" not in table.data:
        table.problems.add(table.path, "says neither config nor path", 'Add config = "/etc/pgbackrest/pgbackrest.conf", or path = "…".')
    texts = tuple(key for key in PGBACKREST_KEYS if key not in ("repo", "s3_port", "verify_tls", "type", "s3_uri_style"))
    return {
        **{key: table.text(key) for key in texts},
        "repo": table.whole("repo", 1, 256, 1),
        "s3_port": table.whole("s3_port", 1, 65535, 443),
        "verify_tls": table.switch("verify_tls", default=True),
        "type": table.choice("type", ("posix", "s3"), "posix"),
        "s3_uri_style": table.choice("s3_uri_style", ("host", "path"), "host"),
    }


def _text(description: str) -> dict[str, Any]:
    return {"type": "string", "description": description}


SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "description": "A physical backup (base backups and log, or a pgBackRest repository) or a logical dump, on this machine or in S3.",
    "additionalProperties": False,
    "properties": {
        "base_backups": _text("A base backup (plain, tar, compressed), or the folder that holds several."),
        "wal_archive": _text("The folder of archived log; .gz, .bz2, .xz, .zst and .lz4 are understood."),
        "timeline": {"type": "integer", "minimum": 1, "maximum": 0x7FFFFFFF, "description": "The timeline to follow. Default: the newest."},
        "dump": _text("What pg_dump wrote: custom, directory, tar or plain SQL, the last one also compressed."),
        "globals": _text("What pg_dumpall --globals-only wrote: roles and their grants, loaded before the dump."),
        "without_owners": {
            "type": "boolean",
            "default": False,
            "description": "Load the dump without owners and grants, where there are no globals.",
        },
        "database": _text("The database to verify. Default: the only one that is not PostgreSQL's own."),
        "superuser": _text("A superuser of the source. Default: postgres."),
        "programs": _text("The folder of PostgreSQL's programs. Default: those of the right version that are found."),
        "scratch": _text("Where the copy is put, with space for 1.3 times its size. Default: TMPDIR, else /var/tmp."),
        "preload_ignored": {
            "type": "array",
            "items": {"type": "string", "minLength": 1},
            "description": "Libraries of shared_preload_libraries that the copy may do without.",
        },
        "pgbackrest": {
            "type": "object",
            "description": "A repository of pgBackRest. With config its options come from there; secrets from files or variables, never from here.",
            "additionalProperties": False,
            "required": ["stanza"],
            "properties": {
                "stanza": _text("The stanza."),
                "config": _text("A pgbackrest.conf to read the repository's options from."),
                "repo": {"type": "integer", "minimum": 1, "maximum": 256, "default": 1, "description": "Which repository of config."},
                "program": _text("The program. Default: pgbackrest on the PATH."),
                "path": _text("repo1-path."),
                "type": {"enum": ["posix", "s3"], "default": "posix", "description": "repo1-type."},
                "s3_bucket": _text("repo1-s3-bucket."),
                "s3_endpoint": _text("repo1-s3-endpoint."),
                "s3_region": _text("repo1-s3-region."),
                "s3_port": {"type": "integer", "minimum": 1, "maximum": 65535, "default": 443, "description": "repo1-storage-port."},
                "s3_uri_style": {"enum": ["host", "path"], "default": "host", "description": "repo1-s3-uri-style."},
                "verify_tls": {"type": "boolean", "default": True, "description": "repo1-storage-verify-tls."},
                "ca_file": _text("repo1-storage-ca-file."),
                "s3_key_file": _text("A file that holds the access key."),
                "s3_key_env": _text("A variable that holds the access key."),
                "s3_key_secret_file": _text("A file that holds the secret access key."),
                "s3_key_secret_env": _text("A variable that holds the secret access key."),
                "cipher_pass_file": _text("A file that holds the passphrase of an encrypted repository."),
                "cipher_pass_env": _text("A variable that holds it."),
            },
        },
    },
}
