"""What clients of a declared backend are told: what ``state-backend show`` prints."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from recoverable.model.errors import InputError
from recoverable.state_backend import client_texts
from recoverable.state_backend.settings import Backend, GcsBackend, HcpBackend, S3Backend

PARTS = ("backend", "backend-with-table", "login", "secrets")
UNLOCK_TERRAFORM = "terraform force-unlock -force LOCK_ID"
UNLOCK_PULUMI = ("pulumi cancel --yes", "pulumi refresh --yes --clear-pending-creates")
KILLED = "A run that was killed leaves its lock. See that it runs nowhere any more, then:"


@dataclass(frozen=True, slots=True)
class Shown:
    """Texts for clients. Blocks are by the key of the state ("" for HCP); "" and {} are what the backend does not have."""

    name: str
    kind: str
    blocks: dict[str, str] = field(default_factory=dict)
    blocks_with_table: dict[str, str] = field(default_factory=dict)
    login: str = ""
    secrets: str = ""
    unlock: dict[str, list[str]] = field(default_factory=dict)
    restore: str = ""


def shown(backend: Backend) -> Shown:
    """What the clients of this backend are told."""
    if isinstance(backend, HcpBackend):
        block = client_texts.hcp_hcl(backend.hostname, backend.organization, backend.project, backend.workspace, backend.tags)
        return Shown(backend.name, "hcp", {"": block}, unlock={"terraform": [UNLOCK_TERRAFORM]})
    unlock = {"terraform": [UNLOCK_TERRAFORM], "pulumi": list(UNLOCK_PULUMI)}
    unlock = {client: commands for client, commands in unlock.items() if client in backend.clients}
    return _s3(backend, unlock) if isinstance(backend, S3Backend) else _gcs(backend, unlock)


def _s3(backend: S3Backend, unlock: dict[str, list[str]]) -> Shown:
    keys = backend.layout.keys if "terraform" in backend.clients else ()
    endpoint = backend.endpoint or None

    def block(key: str, table: str | None) -> str:
        return client_texts.s3_hcl(backend.bucket, key, backend.region, backend.kms_key, table=table, endpoint=endpoint)

    pulumi = "pulumi" in backend.clients
    folder, first = backend.layout.pulumi, backend.layout.keys[0] if backend.layout.keys else "KEY"
    return Shown(
        name=backend.name,
        kind="s3",
        blocks={key: block(key, None) for key in keys},
        blocks_with_table={key: block(key, backend.lock_table) for key in keys} if backend.lock_table else {},
        login=client_texts.login_url(backend.bucket, folder, backend.region, backend.kms_key, endpoint) if pulumi else "",
        secrets=client_texts.secrets_url(backend.secrets_key, backend.region, endpoint) if pulumi and backend.secrets_key else "",
        unlock=unlock,
        restore=client_texts.s3_restore(backend.bucket, first, backend.layout.pulumi_root),
    )


def _gcs(backend: GcsBackend, unlock: dict[str, list[str]]) -> Shown:
    keys = backend.layout.keys if "terraform" in backend.clients else ()
    pulumi = "pulumi" in backend.clients
    first = backend.layout.keys[0] if backend.layout.keys else "PREFIX"
    return Shown(
        name=backend.name,
        kind="gcs",
        blocks={key: client_texts.gcs_hcl(backend.bucket, key, backend.kms_key) for key in keys},
        login=f"gs://{backend.bucket}/{backend.layout.pulumi}".rstrip("/") if pulumi else "",
        secrets=f"gcpkms://{backend.kms_key}" if pulumi and backend.kms_key else "",
        unlock=unlock,
        restore=client_texts.gcs_restore(backend.bucket, first, backend.layout.pulumi_root),
    )


def one_part(found: Shown, part: str, key: str) -> str:
    """One part alone, for a file or a variable.

    Raises:
        InputError: the backend does not have it, or which of several states is meant was not said.
    """
    if part in ("login", "secrets"):
        text = found.login if part == "login" else found.secrets
        if not text:
            what = "Pulumi's URL" if part == "login" else "key for Pulumi's secrets"
            raise InputError(f"{found.name} has no {what}", "--only", "Look at what it has without --only.")
        return text
    blocks = found.blocks if part == "backend" else found.blocks_with_table
    if not blocks:
        raise InputError(f"{found.name} has no {part}", "--only", 'A lock_table and the client "terraform" make one, of kind s3.')
    if key and key not in blocks:
        raise InputError(f"{found.name} has no state {key}", "--key", f"Known: {', '.join(blocks)}.")
    if not key and len(blocks) > 1:
        raise InputError(f"{found.name} has {len(blocks)} states", "--key", f"Say which: {', '.join(blocks)}.")
    return blocks[key or next(iter(blocks))].rstrip("\n")


def as_text(found: Shown) -> str:
    """All of it, for a reader."""
    parts = [f"# {found.name}: kind {found.kind}"]
    for key, block in found.blocks.items():
        parts.append(f"# Terraform and OpenTofu{f', state {key}' if key else ''}\n{block.rstrip()}")
    for key, block in found.blocks_with_table.items():
        parts.append(f"# Clients before 1.10, state {key} (do not mix the two on one state)\n{block.rstrip()}")
    if found.login:
        parts.append(f"# Pulumi\npulumi login '{found.login}'")
    if found.secrets:
        parts.append(f"# Pulumi's secrets\npulumi stack init STACK --secrets-provider '{found.secrets}'")
    commands = [command for each in found.unlock.values() for command in each]
    parts.append("\n".join([f"# {KILLED}", *commands]))
    if found.restore:
        parts.append("# An earlier state\n" + "\n".join(f"# {line}" for line in found.restore.splitlines()))
    return "\n\n".join(parts) + "\n"


def as_data(found: Shown) -> dict[str, Any]:
    """The same for programs."""
    return {
        "name": found.name,
        "kind": found.kind,
        "backend": found.blocks,
        "backend_with_table": found.blocks_with_table,
        "pulumi_login_url": found.login,
        "pulumi_secrets_provider": found.secrets,
        "unlock": found.unlock,
        "restore": found.restore,
    }
