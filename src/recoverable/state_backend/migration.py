"""How state that lies elsewhere moves into a declared backend: commands for a shell, in order.

Each one keeps what was there until the new place has been proven. The tests run them.
"""

from __future__ import annotations

import shlex

from recoverable.model.errors import InputError
from recoverable.state_backend.settings import Backend, HcpBackend, S3Backend
from recoverable.state_backend.shown import Shown

CLIENTS = ("terraform", "pulumi", "bucket")


def commands(backend: Backend, found: Shown, client: str, key: str, config: str) -> str:
    """The text for a client; for ``bucket`` how an existing bucket comes under the component.

    ``config`` are the words that name the settings again (``--config FILE``), or "".

    Raises:
        InputError: the backend does not serve the client.
    """
    if client == "bucket":
        return _bucket(backend, config)
    if not (found.blocks if client == "terraform" else found.login):
        raise InputError(f"{client} keeps no state in {backend.name}", "--client", "Choose another client.")
    return _terraform(found, key, config) if client == "terraform" else _pulumi(found, config)


def _terraform(found: Shown, key: str, config: str) -> str:
    chosen = f" --key {shlex.quote(key)}" if key else ""
    after = "the versions of HCP Terraform" if found.kind == "hcp" else "the bucket's versions"
    return "\n".join(
        [
            "# For sh, in the folder of the root module, with nobody else running. Every workspace moves; step 1 copies the one that is selected.",
            "set -e",
            "# 1. A copy of the state as it is. It holds secrets in clear.",
            "umask 077",
            "terraform state pull > state-before-migration.json",
            "# 2. The new backend. Take the old backend block out of the other files first, where there is one.",
            f"recoverable state-backend show {found.name} --only backend{chosen}{config} > backend.tf",
            "terraform init -migrate-state -force-copy -input=false",
            "# 3. Prove it: no changes (exit 0), and the same number of resources.",
            "terraform plan -input=false -detailed-exitcode",
            "terraform state list | wc -l",
            f"# 4. From now on {after} are the way back. When you are sure:",
            "# rm -f state-before-migration.json terraform.tfstate terraform.tfstate.backup",
            "",
        ]
    )


def _pulumi(found: Shown, config: str) -> str:
    show = f"recoverable state-backend show {found.name}{config} --only"
    provider = [f'SECRETS="$({show} secrets)"'] if found.secrets else []
    change = ['pulumi stack change-secrets-provider "$SECRETS"'] if found.secrets else []
    init = 'pulumi stack init "$STACK" --secrets-provider "$SECRETS"' if found.secrets else 'pulumi stack init "$STACK"'
    return "\n".join(
        [
            "# For sh, in the folder of the project, with nobody else running, once for each stack.",
            "set -e",
            "# It outweighs pulumi login.",
            "unset PULUMI_BACKEND_URL",
            'STACK="$(pulumi stack --show-name)"',
            f'LOGIN="$({show} login)"',
            *provider,
            *(["# 1. Secrets under the key of the new place, while the old one can still read them."] if change else []),
            *change,
            "# 2. Export, log in, import. Secrets in the file are encrypted.",
            "pulumi stack export --file state-before-migration.json",
            'pulumi login "$LOGIN"',
            init,
            "pulumi stack import --file state-before-migration.json",
            "# 3. Prove it.",
            "pulumi preview --expect-no-changes",
            "# 4. The old place still has the stack: remove it there when you are sure, and this:",
            "# rm -f state-before-migration.json",
            "",
        ]
    )


def _bucket(backend: Backend, config: str) -> str:
    """How a bucket that exists comes under Terraform or the StateBackend component."""
    if isinstance(backend, HcpBackend):
        raise InputError("HCP Terraform has no bucket", "--client", "Choose terraform.")
    lines = [
        "# An existing bucket under the component StateBackend (docs/state-backend.md): give import_id for the first pulumi up, then bucket_name.",
        f'#   StateBackendArgs(policy=policy, import_id="{backend.bucket}")',
    ]
    if isinstance(backend, S3Backend):
        lines += [
            "# Under Terraform: write these resources, then import each.",
            f"terraform import aws_s3_bucket.state {backend.bucket}",
            *(
                f"terraform import aws_s3_bucket_{part}.state {backend.bucket}"
                for part in (
                    "versioning",
                    "server_side_encryption_configuration",
                    "public_access_block",
                    "policy",
                    "lifecycle_configuration",
                )
            ),
            *([f"terraform import aws_dynamodb_table.locks {backend.lock_table}"] if backend.lock_table else []),
            *([f"terraform import aws_kms_key.state {backend.kms_key.rpartition('/')[2]}"] if backend.kms_key else []),
        ]
    else:
        lines.append(f"terraform import google_storage_bucket.state {backend.bucket}")
    return "\n".join([*lines, "# Then ask for what is missing:", f"recoverable state-backend doctor {backend.name}{config}", ""])
