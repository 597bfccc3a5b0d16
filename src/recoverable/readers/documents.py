"""Opens what the user names, and finds out by content what kind of input it is."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recoverable.model.errors import InputError

LIMIT = 2 * 1024**3
UNPACKED, RATIO = 256 * 1024**2, 100
HCL_ENDINGS = (".tf", ".tofu", ".tf.json", ".tofu.json")
PLAN_HINT = "Make a plan with: terraform plan -out=plan.bin && terraform show -json plan.bin > plan.json"


@dataclass(frozen=True, slots=True)
class Document:
    """An opened input: ``hcl`` (a folder or file to be parsed), or a parsed JSON document."""

    kind: str
    path: Path
    data: Any = None


def open_input(path: Path) -> Document:
    """Open a path and say what it is: hcl, terraform-plan, pulumi-preview or pulumi-stack.

    Raises:
        InputError: missing, unreadable, binary, truncated, or JSON of another kind.
    """
    try:
        if path.is_dir():
            return Document("hcl", path)
        if path.is_symlink() and not path.exists():
            raise InputError("is a symbolic link that leads nowhere", str(path), "Give the file or folder itself.")
        if not path.exists():
            raise InputError(
                "no such file or folder", str(path), "Give a folder with Terraform code, a plan JSON, or a Pulumi preview JSON."
            )
        if not path.is_file():
            raise InputError("is a pipe or device, not a file", str(path), "Save the plan to a file first.")
        if path.name.endswith(HCL_ENDINGS):
            return Document("hcl", path)
        text = _text(path)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or type(error).__name__}", str(path), "Check its permissions.") from error
    return _judge(path, _parse(path, text))


def _text(path: Path) -> str:
    size = path.stat().st_size
    if size > LIMIT:
        raise InputError(f"is {size // 1024**2} MB large, more than is read ({LIMIT // 1024**2} MB)", str(path), "Split the stack.")
    data = path.read_bytes()
    if data[:2] == b"\x1f\x8b":
        data = _gunzip(path, data)
    if data[:4] == b"PK\x03\x04":
        raise InputError("is a binary plan", str(path), f"Convert it: terraform show -json {path.name} > plan.json")
    encoding = "utf-8-sig"
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"  # what `>` writes in Windows PowerShell
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise InputError("is not text (neither UTF-8 nor UTF-16)", str(path), PLAN_HINT) from None


def _gunzip(path: Path, data: bytes) -> bytes:
    """Every member of a gzip file, up to a bound: a small file can unpack to any size."""
    left = min(LIMIT, max(UNPACKED, len(data) * RATIO))
    parts = []
    while data:
        inflater = zlib.decompressobj(16 + zlib.MAX_WBITS)
        try:
            parts.append(inflater.decompress(data, left))
        except zlib.error as error:
            raise InputError(f"is a damaged gzip file ({error})", str(path), PLAN_HINT) from None
        left -= len(parts[-1])
        if inflater.unconsumed_tail or left <= 0:
            raise InputError("unpacks to far more than a plan holds", str(path), "Give it unpacked, or split the stack.")
        if not inflater.eof:
            raise InputError("is a truncated gzip file", str(path), PLAN_HINT)
        data = inflater.unused_data.lstrip(b"\0")
    return b"".join(parts)


def _parse(path: Path, text: str) -> Any:
    if not text or text.isspace():
        raise InputError("is empty", str(path), PLAN_HINT)
    try:
        return json.loads(text)
    except RecursionError:
        raise InputError("is nested too deeply to be a plan", str(path), PLAN_HINT) from None
    except json.JSONDecodeError as error:
        end = error.pos >= len(text.rstrip()) - 1 or error.msg.startswith("Unterminated string")
        what = "is truncated JSON" if end else f"is not JSON (line {error.lineno}, column {error.colno}: {error.msg})"
        raise InputError(what, str(path), PLAN_HINT) from None
    except ValueError:  # a number of more than 4,300 digits
        raise InputError("holds a number that no plan has", str(path), PLAN_HINT) from None


def _judge(path: Path, data: Any) -> Document:
    if isinstance(data, dict):
        if "format_version" in data and ("resource_changes" in data or "planned_values" in data):
            return Document("terraform-plan", path, data)
        if "steps" in data and isinstance(data["steps"], list):
            return Document("pulumi-preview", path, data)
        if isinstance(data.get("deployment"), dict):
            return Document("pulumi-stack", path, data)
        if "format_version" in data and "values" in data:
            raise InputError("is a Terraform state, not a plan", str(path), PLAN_HINT)
        if "terraform_version" in data and "resources" in data:
            raise InputError("is a Terraform state file, not a plan", str(path), "Keep state out of the repository. " + PLAN_HINT)
        if "format_version" in data:
            raise InputError("is Terraform JSON, but not a plan (no resource_changes)", str(path), PLAN_HINT)
        if "changeSummary" in data or "config" in data:
            raise InputError("is a Pulumi preview without steps", str(path), "Make one with: pulumi preview --json > preview.json")
    raise InputError(
        "is JSON, but neither a Terraform plan nor a Pulumi preview", str(path), PLAN_HINT + ", or pulumi preview --json > preview.json"
    )
