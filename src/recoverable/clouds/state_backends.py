"""Where Terraform and Pulumi keep their state, joined with the bucket and lock table of the same input."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import parse_qs, urlsplit

from recoverable.clouds.index import Index
from recoverable.model.estate import Estate, StateBackend
from recoverable.model.raw import RawBackend, RawResource, Reading
from recoverable.model.values import Kind, Location, Value, absent, default, stated, unknown

# What each kind of backend does by itself: the backend pages of Terraform 1.11 and OpenTofu 1.10.
LOCKS_ALWAYS = {"gcs", "azurerm", "consul", "kubernetes", "pg", "oss", "cos", "remote", "cloud"}
ENCRYPTS_ALWAYS = {"gcs", "azurerm", "remote", "cloud"}
LOCKFILE_SINCE = (1, 10)


def add_backends(index: Index, reading: Reading, estate: Estate) -> None:
    """Map every backend block of a reading."""
    configured = any(raw.provider is not None and raw.provider.attrs for raw in index.all)
    for number, backend in enumerate(reading.backends):
        source = _source(backend, reading, number)
        estate.backends.append(_pulumi(source) if backend.type == "pulumi" else _terraform(backend, source, configured))


def link_backends(estates: Sequence[Estate]) -> None:
    """Join backends with the bucket and table that any root module of the same run declares."""
    buckets = {str(item.name.data): item for estate in estates for item in estate.buckets if item.name.known}
    tables = {
        str(item.raw.attrs.get("name")): item
        for estate in estates
        for item in estate.databases
        if item.kind == "dynamodb-table" and item.raw is not None
    }
    for estate in estates:
        for backend in estate.backends:
            if backend.raw is None:
                continue
            bucket = buckets.get(str(backend.raw.attrs.get("bucket")))
            if bucket is not None:
                backend.bucket, bucket.holds_state = bucket, True
            table = backend.raw.attrs.get("dynamodb_table")
            backend.table = tables.get(str(table)) if table else None


def _source(backend: RawBackend, reading: Reading, number: int) -> RawResource:
    """A backend's attributes with the lookups a resource has."""
    name = f"backend.{backend.type}" if backend.type not in ("cloud", "pulumi") else backend.type
    where = backend.where or Location(reading.path)
    return RawResource(
        address=f"{name}" if number == 0 else f"{name}[{number}]",
        type=f"backend_{backend.type}",
        name=backend.type,
        attrs=backend.attrs,
        where=where,
        lines=backend.lines,
    )


def _terraform(backend: RawBackend, raw: RawResource, configured: bool) -> StateBackend:
    kind = backend.type
    found = StateBackend(address=raw.address, kind="terraform-state", where=raw.where, raw=raw, backend=kind)
    here = raw.where
    if kind == "local":
        note = "no backend block" if backend.implicit else 'backend "local"'
        maker = default if backend.implicit else stated
        found.local = maker(True, "backend", here, note)
        found.lock_note = "" if configured or not backend.implicit else "reusable"
        return found
    found.local = stated(False, "backend", here, kind)
    if kind == "s3":
        found.encrypted = _unless_partial(raw.boolean("encrypt", False, "backend s3: default false"), backend)
        found.locked = _unless_partial(_s3_lock(raw, backend), backend)
    else:
        found.encrypted = default(True, "backend", here, f"{kind} encrypts at rest") if kind in ENCRYPTS_ALWAYS else absent("backend", here)
        found.locked = default(True, "backend", here, f"{kind} locks by itself") if kind in LOCKS_ALWAYS else absent("backend", here)
        if kind == "http":
            found.locked = raw.value("lock_address").map(bool)
            found.locked = (
                default(False, "lock_address", here, "backend http locks only with lock_address") if found.locked.absent else found.locked
            )
    if kind in ("remote", "cloud"):
        found.versioned = default(True, "backend", here, "HCP Terraform keeps every state version")
    return found


def _unless_partial(value: Value[bool], backend: RawBackend) -> Value[bool]:
    """A default does not count where the code leaves settings to ``terraform init -backend-config``."""
    if backend.partial and value.kind is Kind.DEFAULT:
        return unknown("terraform init -backend-config (the block leaves settings out)", value.path, value.where)
    return value


def _s3_lock(raw: RawResource, backend: RawBackend) -> Value[bool]:
    """A lock file (Terraform and OpenTofu 1.10 and later) or a DynamoDB table."""
    lockfile = raw.boolean("use_lockfile", False, "backend s3: default false")
    table = raw.value("dynamodb_table")
    if lockfile.is_true and _too_old(backend.required_version) and table.absent:
        return stated(False, "use_lockfile", lockfile.where, f'required_version "{backend.required_version}" has no use_lockfile')
    if lockfile.is_true:
        return lockfile
    if table.known and table.data:
        return stated(True, "dynamodb_table", table.where)
    if table.unknown:
        return table.map(bool)
    return lockfile


def _too_old(required: str) -> bool:
    """Whether a version constraint admits only clients from before ``use_lockfile``."""
    for part in required.split(","):
        match = re.match(r"\s*(<=|<|~>|=)?\s*v?(\d+)(?:\.(\d+))?(?:\.(\d+))?", part)
        if not match or (match[1] is None and not part.strip()):
            continue
        major, minor = int(match[2]), int(match[3] or 0)
        if (
            match[1] == "<"
            and (major, minor) <= LOCKFILE_SINCE
            and not (match[4] and int(match[4]) > 0 and (major, minor) == LOCKFILE_SINCE)
        ):
            return True
        if match[1] in ("<=", "=", None) and not part.strip().startswith((">", "!")) and (major, minor) < LOCKFILE_SINCE:
            return True
        if match[1] == "~>" and match[4] is not None and (major, minor) < LOCKFILE_SINCE:
            return True
    return False


def _pulumi(raw: RawResource) -> StateBackend:
    """A Pulumi backend by its URL; without one it is Pulumi Cloud."""
    url = raw.text("url", "https://api.pulumi.com", "Pulumi Cloud")
    parts = urlsplit(str(url.data or ""))
    options = {name: values[0] for name, values in parse_qs(parts.query).items()}
    found = StateBackend(address="pulumi", kind="pulumi-state", where=raw.where, raw=raw, backend="pulumi")
    scheme = parts.scheme or "https"
    if url.unknown:
        found.local = found.encrypted = found.locked = url.map(bool)
        return found
    found.local = stated(scheme == "file", "backend.url", url.where, str(url.data))
    diy = scheme in ("s3", "gs", "azblob", "file", "postgres")
    found.locked = default(True, "backend.url", url.where, "Pulumi locks its backends by itself")
    if scheme == "s3":
        found.encrypted = stated("ssetype" in options, "backend.url", url.where, "ssetype in the URL")
        raw.attrs.setdefault("bucket", parts.netloc)
    elif scheme != "file":
        found.encrypted = default(True, "backend.url", url.where, "encrypted at rest")
    if not diy:
        found.versioned = default(True, "backend.url", url.where, "Pulumi Cloud keeps every version")
    provider = raw.text("secretsprovider", "passphrase" if diy else "service", "Pulumi's default for this backend")
    found.passphrase_only = provider.map(lambda word: word in ("passphrase", ""))
    return found
