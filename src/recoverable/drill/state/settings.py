"""``[drill.stores.NAME.source]`` of the provider ``state``."""

from __future__ import annotations

import re
from typing import Any

from recoverable.standard.problems import show
from recoverable.standard.typed import Table

KEYS = ("kind", "url", "region", "program", "module", "stack", "lock_table", "scratch")
TERRAFORM, PULUMI = "terraform", "pulumi"
KINDS = (TERRAFORM, PULUMI)
S3, GCS = "s3", "gcs"
_OBJECT = re.compile(r"(?:s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])|gs://([a-z0-9][a-z0-9._-]{1,220}[a-z0-9]))/([^/?#].*)")
_STACK = re.compile(r"[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}")
_KEY_OF_STACK = re.compile(r"(?:.*/)?\.pulumi/stacks/([A-Za-z0-9_.-]{1,100})/([A-Za-z0-9_.-]{1,100}?)\.json(?:\.gz)?")


def read(table: Table) -> dict[str, Any]:
    """The settings, typed; every mistake becomes a problem of the table. ``cloud``, ``bucket`` and ``key`` are "" for a folder."""
    table.only(KEYS)
    kind = table.choice("kind", KINDS, TERRAFORM) if "kind" in table.data else ""
    if not kind:
        table.problems.add(table.path, "does not say whose state it is", 'Add kind = "terraform" or kind = "pulumi".')
    url = table.text("url")
    cloud, bucket, key = _place(table, url)
    stack = table.text("stack")
    if kind == PULUMI:
        stack = _stack(table, stack, key or url)
    for name, wanted in (("stack", PULUMI), ("lock_table", TERRAFORM), ("module", TERRAFORM)):
        if kind and kind != wanted and name in table.data:
            table.wrong(name, f"is of no use for {kind}", "Remove the line.")
    if cloud != S3 and "lock_table" in table.data:
        table.wrong("lock_table", "goes with a state on S3 alone", "Remove the line.")
    if cloud == GCS and "region" in table.data:
        table.wrong("region", "is of no use for Cloud Storage, which tells where a bucket lies", "Remove the line.")
    return {
        "kind": kind,
        "cloud": cloud,
        "url": url,
        "bucket": bucket,
        "key": key,
        "region": table.text("region"),
        "program": table.text("program"),
        "module": table.text("module"),
        "stack": stack,
        "lock_table": table.text("lock_table"),
        "scratch": table.text("scratch"),
    }


def _place(table: Table, url: str) -> tuple[str, str, str]:
    if not url:
        table.problems.add(
            table.path,
            "does not say where the state is",
            'Add url = "s3://bucket/key", "gs://bucket/key", or the path of a folder of copies.',
        )
        return "", "", ""
    found = _OBJECT.fullmatch(url)
    if found:
        return S3 if found[1] else GCS, found[1] or found[2], found[3]
    if "://" in url:
        table.wrong(
            "url",
            f"is {show(url)}, neither an object of S3 or Cloud Storage nor a folder",
            'Write url = "s3://bucket/key" or "gs://bucket/key": the state\'s own object.',
        )
    return "", "", ""


def _stack(table: Table, said: str, place: str) -> str:
    """``PROJECT/STACK``: said, or by where Pulumi keeps the stack."""
    if said:
        if not _STACK.fullmatch(said):
            table.wrong("stack", f"is {show(said)}, not PROJECT/STACK", 'Write stack = "shop/prod", say.')
        return said
    found = _KEY_OF_STACK.fullmatch(place)
    if found:
        return f"{found[1]}/{found[2]}"
    if place:
        fix = 'Add stack = "PROJECT/STACK", or name the object .pulumi/stacks/PROJECT/STACK.json.'
        table.problems.add(table.path, "does not say of which stack the state is", fix)
    return ""


def _text(description: str, **more: Any) -> dict[str, Any]:
    return {"type": "string", "minLength": 1, "description": description, **more}


SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "State of Terraform or Pulumi, whose versions are its backups. It is only read.",
    "additionalProperties": False,
    "required": ["kind", "url"],
    "properties": {
        "kind": {"enum": list(KINDS), "description": "Whose state it is."},
        "url": _text(
            "s3://bucket/key or gs://bucket/key of the state itself, or a folder whose files are copies of it, or one file with its .backup or .bak."
        ),
        "region": _text("On S3 the bucket's region. Default: the one of environment or profile."),
        "program": _text("The terraform or pulumi to read it with. Default: the one on PATH."),
        "module": _text("An initialised root module: Terraform shows resources only of providers that it has installed."),
        "stack": _text("PROJECT/STACK. Default: what the url says.", pattern="^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$"),
        "lock_table": _text("The DynamoDB table in which Terraform keeps the digest of the state."),
        "scratch": _text("The folder below which the copy is put. Default: TMPDIR or /var/tmp."),
    },
}
