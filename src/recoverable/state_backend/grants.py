"""The least-privilege policies of a declared backend, per client: what ``state-backend iam-policy`` prints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from recoverable.model.errors import InputError
from recoverable.state_backend import permissions
from recoverable.state_backend.names import DOCTOR, WORKSPACES
from recoverable.state_backend.permissions import allow, listing
from recoverable.state_backend.settings import Backend, GcsBackend, HcpBackend, S3Backend

ANY_ACCOUNT = "*"
CLIENTS = ("terraform", "pulumi", "doctor", "backup")
BUCKET_READS = [
    "s3:GetBucketPolicy",
    "s3:GetBucketPublicAccessBlock",
    "s3:GetBucketVersioning",
    "s3:GetLifecycleConfiguration",
]
SCRATCH_ACTIONS = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"]
GOOGLE_DOCTOR = [
    "storage.buckets.get",
    "storage.buckets.getIamPolicy",
    "storage.objects.create",
    "storage.objects.delete",
    "storage.objects.get",
    "storage.objects.list",
]
GOOGLE_KEY_DOCTOR = ["cloudkms.cryptoKeyVersions.useToDecrypt", "cloudkms.cryptoKeyVersions.useToEncrypt", "cloudkms.cryptoKeys.get"]
GOOGLE_ROLE = "roles/storage.objectAdmin"
GOOGLE_READER = "roles/storage.objectViewer"
GOOGLE_KEY_ROLE = "roles/cloudkms.cryptoKeyEncrypterDecrypter"


def policy(backend: Backend, client: str, account: str = ANY_ACCOUNT) -> dict[str, Any]:
    """An IAM policy on AWS; on Google Cloud the bindings of an IAM policy on the bucket and the key, and a role of the doctor's own.

    ``account`` is that of the lock table.

    Raises:
        InputError: there is no such policy.
    """
    if isinstance(backend, HcpBackend):
        fix = "Give a team of its own the permission to write state (and read it, for copies) on these workspaces, and use its token."
        raise InputError("HCP Terraform has teams and tokens, and no IAM policy", backend.name, fix)
    if client in ("terraform", "pulumi") and client not in backend.clients:
        raise InputError(f"{client} keeps no state in {backend.name}", "", f'Its clients are {", ".join(backend.clients)}: see "clients".')
    if isinstance(backend, GcsBackend):
        return _google(backend, client)
    return permissions.document(_MAKERS[client](backend, account))


def _terraform(backend: S3Backend, account: str) -> list[permissions.Statement]:
    return permissions.terraform_statements(_bucket(backend), _objects(backend), backend.layout, _table(backend, account), _key(backend))


def _pulumi(backend: S3Backend, _: str) -> list[permissions.Statement]:
    found = permissions.pulumi_statements(_bucket(backend), _objects(backend), backend.layout, _key(backend))
    if backend.secrets_key and backend.secrets_key != backend.kms_key:
        found.append(_secrets_statement(backend))
    return found


def _doctor(backend: S3Backend, account: str) -> list[permissions.Statement]:
    """Reads how the bucket is set up, and writes below the doctor's own prefix alone."""
    bucket = _bucket(backend)
    versions = {**listing(bucket, [f"{DOCTOR}*"], "s3:ListBucketVersions"), "Sid": "ListVersions"}
    found = [
        # HeadBucket is allowed by ListBucket, but has no prefix: the condition is one that is met where there is none.
        {**allow("List", ["s3:ListBucket"], bucket), "Condition": {"StringLikeIfExists": {"s3:prefix": [f"{DOCTOR}*"]}}},
        versions,
        allow("Settings", BUCKET_READS, bucket),
        allow("AccountBlock", ["s3:GetAccountPublicAccessBlock", "sts:GetCallerIdentity"], "*"),
        allow("Scratch", SCRATCH_ACTIONS, _objects(backend)([f"{DOCTOR}*"])),
    ]
    if "terraform" in backend.clients and backend.lock_table:
        rows = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [f"{backend.bucket}/{DOCTOR}*"]}}
        table = _table(backend, account)
        found.append(allow("Table", ["dynamodb:DescribeTable"], table))
        found.append({**allow("Rows", ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem"], table), "Condition": rows})
    found += [allow("Key", permissions.KEY_ACTIONS, _key(backend))] if backend.kms_key else []
    if "pulumi" in backend.clients and backend.secrets_key and backend.secrets_key != backend.kms_key:
        found.append(_secrets_statement(backend))
    return found


def _backup(backend: S3Backend, _: str) -> list[permissions.Statement]:
    """Reads state and its versions; writes nothing."""
    layout = backend.layout
    terraform = "terraform" in backend.clients
    stacks = [f"{layout.pulumi_root}stacks/*"] if "pulumi" in backend.clients else []
    # Workspaces that nobody declared are copied, too.
    listed = [*layout.keys, f"{WORKSPACES}/*"] if terraform else []
    names = [*layout.keys, *(f"{WORKSPACES}/*/{key}" for key in layout.keys)] if terraform else []
    found = [
        {**listing(_bucket(backend), [*listed, *stacks]), "Sid": "List"},
        allow("State", ["s3:GetObject", "s3:GetObjectVersion"], _objects(backend)([*names, *stacks])),
    ]
    return found + ([allow("Key", ["kms:Decrypt"], _key(backend))] if backend.kms_key else [])


def _secrets_statement(backend: S3Backend) -> permissions.Statement:
    actions = ["kms:Encrypt", "kms:Decrypt", "kms:DescribeKey"]
    if backend.secrets_key.startswith("arn:"):
        return allow("SecretsKey", actions, backend.secrets_key)
    every = f"arn:{backend.partition}:kms:{backend.region}:*:key/*"  # a policy names keys, an alias is a condition of it
    return {**allow("SecretsKey", actions, every), "Condition": {"ForAnyValue:StringEquals": {"kms:ResourceAliases": backend.secrets_key}}}


def _bucket(backend: S3Backend) -> str:
    return f"arn:{backend.partition}:s3:::{backend.bucket}"


def _objects(backend: S3Backend) -> Callable[[Sequence[str]], list[str]]:
    return lambda names: [f"{_bucket(backend)}/{name}" for name in names]


def _table(backend: S3Backend, account: str) -> str | None:
    return f"arn:{backend.partition}:dynamodb:{backend.region}:{account}:table/{backend.lock_table}" if backend.lock_table else None


def _key(backend: S3Backend) -> str | None:
    return backend.kms_key or None


def _google(backend: GcsBackend, client: str) -> dict[str, Any]:
    """Bindings with the condition that narrows them to what the client writes; MEMBER stands for who it is."""
    if client == "doctor":
        return _google_doctor(backend)
    layout = backend.layout
    pulumi = {"pulumi": [layout.pulumi_root], "terraform": [f"{key}/" for key in layout.keys]}
    prefixes = [each for name in backend.clients for each in pulumi[name]] if client == "backup" else pulumi[client]
    start = f"projects/_/buckets/{backend.bucket}/objects/"
    tests = " || ".join(f'resource.name.startsWith("{start}{prefix}")' for prefix in prefixes)
    role = GOOGLE_READER if client == "backup" else GOOGLE_ROLE
    condition = {"title": f"{client}-state", "expression": f'resource.type == "storage.googleapis.com/Bucket" || {tests}'}
    found: dict[str, Any] = {f"gs://{backend.bucket}": {"bindings": [{"role": role, "members": ["MEMBER"], "condition": condition}]}}
    if backend.kms_key and client == "pulumi":
        found[backend.kms_key] = {"bindings": [{"role": GOOGLE_KEY_ROLE, "members": ["MEMBER"]}]}
    return found


def _google_doctor(backend: GcsBackend) -> dict[str, Any]:
    """A role of its own, as no predefined one is that narrow, and its binding: it looks at the bucket, and writes below the doctor's prefix alone."""
    start = f"projects/_/buckets/{backend.bucket}/objects/{DOCTOR}"
    expression = f'resource.type == "storage.googleapis.com/Bucket" || resource.name.startsWith("{start}")'
    condition = {"title": "doctor-scratch", "expression": expression}
    role = "projects/PROJECT/roles/recoverableStateDoctor"
    found: dict[str, Any] = {
        role: {"title": "recoverable state doctor", "includedPermissions": GOOGLE_DOCTOR},
        f"gs://{backend.bucket}": {"bindings": [{"role": role, "members": ["MEMBER"], "condition": condition}]},
    }
    if backend.kms_key and "pulumi" in backend.clients:
        # A role of a project counts on what lies in that project alone, and the key may lie in another than the bucket.
        role = f"projects/{backend.kms_key.split('/')[1]}/roles/recoverableStateDoctorKey"
        found[role] = {"title": "recoverable state doctor, key of secrets", "includedPermissions": GOOGLE_KEY_DOCTOR}
        found[backend.kms_key] = {"bindings": [{"role": role, "members": ["MEMBER"]}]}
    return found


_MAKERS: dict[str, Callable[[S3Backend, str], list[permissions.Statement]]] = {
    "terraform": _terraform,
    "pulumi": _pulumi,
    "doctor": _doctor,
    "backup": _backup,
}
