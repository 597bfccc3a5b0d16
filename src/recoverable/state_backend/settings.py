"""The ``[state_backend.NAME]`` tables of recoverable.toml, typed and validated. Nothing in them is secret."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from recoverable.model.errors import InputError
from recoverable.standard.fields import STRICTEST
from recoverable.standard.load import Standard
from recoverable.standard.problems import show, suggestion
from recoverable.standard.typed import Table
from recoverable.state_backend.names import LOCK, Layout, partition_of

NAME_PATTERN = r"^[a-z0-9][a-z0-9_-]{0,40}$"
BUCKET = r"^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$"
LOCATION = r"^[A-Za-z]+[A-Za-z0-9-]*$"
REGION = r"^[a-z]{2,3}(-[a-z]+)+-\d+$"
KMS_KEY = r"^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+$"
SECRETS_KEY = r"^(alias/[A-Za-z0-9/_-]+|arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:(key/[A-Za-z0-9-]+|alias/[A-Za-z0-9/_-]+))$"
TABLE = r"^[A-Za-z0-9_.-]{3,255}$"
GOOGLE_KEY = r"^projects/[^/\s]+/locations/[^/\s]+/keyRings/[^/\s]+/cryptoKeys/[^/\s]+$"
WORD = r"^[A-Za-z0-9_ -]{1,90}$"
HOST = r"^[A-Za-z0-9.-]+(:\d+)?$"
CLIENTS = ("terraform", "pulumi")
DEFAULT_KEY = "terraform.tfstate"
LOCK_DAYS = 7
COMMON = ("kind",)
KEYS = {
    "s3": (
        "bucket",
        "region",
        "environment",
        "clients",
        "keys",
        "workspaces",
        "pulumi_prefix",
        "kms_key",
        "secrets_key",
        "lock_table",
        "endpoint",
    ),
    "gcs": ("bucket", "location", "environment", "clients", "keys", "pulumi_prefix", "kms_key"),
    "hcp": ("organization", "hostname", "project", "workspace", "tags"),
}


@dataclass(frozen=True, slots=True)
class S3Backend:
    """State in S3. Empty texts are what is not declared. ``kept_days`` is how long the standard keeps replaced versions."""

    name: str
    bucket: str
    region: str
    clients: tuple[str, ...]
    layout: Layout
    kms_key: str
    secrets_key: str
    lock_table: str
    endpoint: str
    kept_days: int
    kept_by: str

    @property
    def partition(self) -> str:
        """The partition of the region, as ARNs begin with it."""
        return partition_of(self.region)


@dataclass(frozen=True, slots=True)
class GcsBackend:
    """State in Cloud Storage. Empty texts are what is not declared. ``kept_days`` is how long the standard keeps replaced generations."""

    name: str
    bucket: str
    location: str
    clients: tuple[str, ...]
    layout: Layout
    kms_key: str
    kept_days: int
    kept_by: str


@dataclass(frozen=True, slots=True)
class HcpBackend:
    """State in HCP Terraform or Terraform Enterprise: one workspace, or all that have the tags."""

    name: str
    organization: str
    hostname: str
    project: str
    workspace: str
    tags: tuple[str, ...]


Backend = S3Backend | GcsBackend | HcpBackend


def backend_named(standard: Standard, name: str) -> Backend:
    """The declaration of this name.

    Raises:
        InputError: nothing of the name is declared.
        StandardError: every mistake in the tables, each with its line and what to write instead.
    """
    found = read_settings(standard)
    if name not in found:
        place = standard.label
        fix = suggestion(name, found) if found else f'Add [state_backend.{name}] with kind = "s3", bucket and region.'
        raise InputError(f"there is no state backend {show(name)}", place, fix)
    return found[name]


def read_settings(standard: Standard) -> dict[str, Backend]:
    """All declarations, by name.

    Raises:
        StandardError: every mistake in the tables, each with its line and what to write instead.
    """
    table = standard.state_backend
    found: dict[str, Backend] = {}
    for name, inner in table.named_tables_inside().items():
        if not re.fullmatch(NAME_PATTERN, name):
            fix = "Use small letters, digits, - and _, at most 41, beginning with a letter or digit."
            inner.problems.add(inner.path, "is no name for a state backend", fix)
        elif "kind" not in inner.data:
            inner.problems.add(inner.path, "does not say of which kind it is", f'Add kind = "s3". Known here: {", ".join(KEYS)}.')
        elif kind := inner.choice("kind", tuple(KEYS), ""):
            inner.only((*COMMON, *KEYS[kind]))
            found[name] = _READERS[kind](name, inner, standard)
    table.problems.stop_if_any()
    return found


def _s3(name: str, table: Table, standard: Standard) -> S3Backend:
    kept, kept_by = _kept(table, standard, "s3-bucket")
    kms_key = _fitting(table, "kms_key", KMS_KEY, "arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d-…", "ARN of a key")
    return S3Backend(
        name=name,
        bucket=_needed(table, "bucket", BUCKET, "acme-state", "name of a bucket"),
        region=_needed(table, "region", REGION, "eu-west-1", "region"),
        clients=_clients(table),
        layout=_layout(table),
        kms_key=kms_key,
        secrets_key=_fitting(table, "secrets_key", SECRETS_KEY, "alias/state", "alias or ARN of a key") or kms_key,
        lock_table=_fitting(table, "lock_table", TABLE, "terraform-locks", "name of a table"),
        endpoint=_endpoint(table),
        kept_days=kept,
        kept_by=kept_by,
    )


def _gcs(name: str, table: Table, standard: Standard) -> GcsBackend:
    kept, kept_by = _kept(table, standard, "gcs-bucket")
    return GcsBackend(
        name=name,
        bucket=_needed(table, "bucket", BUCKET, "acme-state", "name of a bucket"),
        location=_fitting(table, "location", LOCATION, "europe-west1", "location of a bucket"),
        clients=_clients(table),
        layout=_layout(table, "state"),
        kms_key=_fitting(table, "kms_key", GOOGLE_KEY, "projects/P/locations/L/keyRings/R/cryptoKeys/K", "full name of a key"),
        kept_days=kept,
        kept_by=kept_by,
    )


def _hcp(name: str, table: Table, _: Standard) -> HcpBackend:
    workspace, tags = _fitting(table, "workspace", WORD, "network", "name of a workspace"), table.texts("tags")
    if bool(workspace) == bool(tags):
        table.problems.add(table.path, "must say one of workspace and tags", 'Write workspace = "network".')
    return HcpBackend(
        name=name,
        organization=_needed(table, "organization", WORD, "acme", "name of an organization"),
        hostname=_fitting(table, "hostname", HOST, "tfe.acme.example", "name of a host"),
        project=_fitting(table, "project", WORD, "platform", "name of a project"),
        workspace=workspace,
        tags=tags,
    )


def _kept(table: Table, standard: Standard, store: str) -> tuple[int, str]:
    """Days, and where the number comes from: of the environment, else the strictest of all."""
    said = table.text("environment")
    environment = standard.canonical(said) if said else STRICTEST
    if environment is None:
        table.wrong("environment", f"is {show(said)}, which is no environment", suggestion(said, standard.environments))
        environment = STRICTEST
    setting = standard.settings(environment, store)["backup_retention_days"]
    return int(setting.value), setting.source


def _layout(table: Table, default: str = DEFAULT_KEY) -> Layout:
    keys = table.texts("keys") if "keys" in table.data else (default,)
    for key in keys:
        if key.startswith(("/", ".pulumi/")) or key.endswith(("/", LOCK)) or keys.count(key) > 1:
            fix = "Name each state once, without a slash at either end, outside of .pulumi/, and not ending in .tflock."
            table.wrong("keys", f"holds {show(key)}, where no state can lie", fix)
    workspaces = table.texts("workspaces")
    for each in workspaces:
        if "/" in each or each == "default":
            table.wrong("workspaces", f"holds {show(each)}, no name of a workspace", "The default workspace lies at the key itself.")
    prefix = table.text("pulumi_prefix").strip("/")
    return Layout(keys, workspaces, f"{prefix}/" if prefix else "", LOCK_DAYS, 0)


def _clients(table: Table) -> tuple[str, ...]:
    said = table.texts("clients") if "clients" in table.data else CLIENTS
    if not said or set(said) - set(CLIENTS):
        table.wrong("clients", f"is {', '.join(said) or 'empty'}", 'Write clients = ["terraform", "pulumi"], or one of them.')
        return CLIENTS
    if "terraform" in said and "keys" in table.data and not table.texts("keys"):
        table.wrong("keys", "is empty, and Terraform is one of the clients", 'Name its states, or write clients = ["pulumi"].')
    return said


def _endpoint(table: Table) -> str:
    said = table.text("endpoint")
    if not said:
        return ""
    try:
        split = urlsplit(said)
        fine = split.scheme in ("http", "https") and bool(split.hostname) and not split.query and not split.path.strip("/")
        login = bool(split.username or split.password)
        _ = split.port
    except ValueError:
        fine = login = False
    if not fine or login or '"' in said:
        # Not shown: whoever writes a password into it must not find it in a log.
        what = "holds a user or a password" if login else "is no address of a server"
        table.wrong("endpoint", what, 'Write endpoint = "https://s3.acme.example", say.')
    return said.rstrip("/")


def _needed(table: Table, key: str, pattern: str, example: str, what: str) -> str:
    if key not in table.data:
        table.problems.add(table.path, f"says no {key}", f'Add {key} = "{example}".')
        return ""
    return _fitting(table, key, pattern, example, what)


def _fitting(table: Table, key: str, pattern: str, example: str, what: str) -> str:
    if key not in table.data:
        return ""
    said = table.text(key)
    if not re.fullmatch(pattern, said) and not table.problems.touches((*table.path, key)):
        table.wrong(key, f"is {show(said)}, no {what}", f'Write {key} = "{example}".')
    return said


_READERS: dict[str, Callable[[str, Table, Standard], Backend]] = {"s3": _s3, "gcs": _gcs, "hcp": _hcp}
