"""What clients of a state backend are told: backend blocks, URLs and the way back."""

import shlex
from collections.abc import Sequence
from urllib.parse import quote

SINCE = ">= 1.10"
"""Terraform and OpenTofu lock by a lock file since 1.10."""


def s3_hcl(bucket: str, key: str, region: str, kms_key: str, *, table: str | None = None, endpoint: str | None = None) -> str:
    """Terraform's backend block. With a table it is for clients before 1.10; without a key the header says AES256."""
    settings = [("bucket", _text(bucket)), ("key", _text(key)), ("region", _text(region)), ("encrypt", "true")]
    settings += [("kms_key_id", _text(kms_key))] if kms_key else []
    settings.append(("use_lockfile", "true") if table is None else ("dynamodb_table", _text(table)))
    if endpoint is not None:
        # Regions of others have names of their own.
        settings += [
            ("use_path_style", "true"),
            ("skip_region_validation", "true"),
            ("skip_credentials_validation", "true"),
            ("skip_requesting_account_id", "true"),
        ]
        settings.append(("endpoints", f"{{ s3 = {_text(endpoint)}, dynamodb = {_text(endpoint)} }}"))
    return _block("s3", settings, SINCE if table is None else None)


def gcs_hcl(bucket: str, prefix: str, kms_key: str) -> str:
    """Terraform's backend block on Cloud Storage, which locks by itself."""
    settings = [("bucket", _text(bucket)), ("prefix", _text(prefix))]
    settings += [("kms_encryption_key", _text(kms_key))] if kms_key else []
    return _block("gcs", settings, None)


def hcp_hcl(hostname: str, organization: str, project: str, workspace: str, tags: Sequence[str]) -> str:
    """Terraform's ``cloud`` block, for one workspace or for all with the tags. HCP Terraform encrypts, locks and keeps versions by itself."""
    chosen = [("name", _text(workspace))] if workspace else [("tags", f"[{', '.join(_text(tag) for tag in tags)}]")]
    inner = [("project", _text(project)), *chosen] if project else chosen
    outer = [*([("hostname", _text(hostname))] if hostname else []), ("organization", _text(organization))]
    lines = [*_lines(outer, 4), "", "    workspaces {", *_lines(inner, 6), "    }"]
    return "\n".join(["terraform {", "  cloud {", *lines, "  }", "}", ""])


def _block(kind: str, settings: list[tuple[str, str]], since: str | None) -> str:
    lines = _lines(settings, 4)
    needed = [f"  required_version = {_text(since)}", ""] if since else []
    return "\n".join(["terraform {", *needed, f'  backend "{kind}" {{', *lines, "  }", "}", ""])


def _lines(settings: list[tuple[str, str]], indent: int) -> list[str]:
    width = max(len(name) for name, _ in settings)
    return [f"{' ' * indent}{name:<{width}} = {value}" for name, value in settings]


def _text(value: str) -> str:
    """A literal of HCL."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("${", "$${").replace("%{", "%%{")
    return f'"{escaped}"'


def login_url(bucket: str, folder: str, region: str, kms_key: str, endpoint: str | None) -> str:
    """For ``pulumi login``. ssetype and kmskeyid make Pulumi send the header that it otherwise leaves out."""
    sse = {"ssetype": "aws:kms", "kmskeyid": kms_key} if kms_key else {"ssetype": "AES256"}
    options = {"region": region, "awssdk": "v2", **sse}
    if endpoint is not None:
        options |= {"endpoint": endpoint, "use_path_style": "true"}
        options |= {"disable_https": "true"} if endpoint.startswith("http://") else {}
    query = "&".join(f"{name}={quote(value, safe=':/')}" for name, value in options.items())
    return f"s3://{bucket}{'/' if folder else ''}{folder.rstrip('/')}?{query}"


def secrets_url(key: str, region: str, endpoint: str | None) -> str:
    """For ``--secrets-provider``: an alias (``alias/NAME``) or an ARN, which takes a third slash."""
    start = "awskms:///" if key.startswith("arn:") else "awskms://"
    more = f"&endpoint={quote(endpoint, safe=':/')}" if endpoint is not None else ""
    return f"{start}{key}?region={region}{more}"


def s3_restore(bucket: str, key: str, pulumi_root: str) -> str:
    """How an earlier state is brought back on AWS. The object is written anew, so nothing is lost by it."""
    name, source = shlex.quote(key), shlex.quote(f"{bucket}/{quote(key)}?versionId=VERSION")
    return "\n".join(
        [
            "1. Stop everything that writes state, and see that nobody holds a lock.",
            f"2. Find the version: aws s3api list-object-versions --bucket {bucket} --prefix {name}",
            f"   (Pulumi: --prefix {pulumi_root}stacks/PROJECT/STACK.json)",
            f"3. Write it anew: aws s3api copy-object --bucket {bucket} --key {name} --copy-source {source}",
            "4. Compare with what is there: terraform plan, or pulumi refresh --preview-only --diff.",
            "   With a DynamoDB table Terraform says that the digest differs: put the one that it names into the item LockID = "
            f"{bucket}/{key}-md5, or delete that item.",
            "5. A deleted object has a delete marker: aws s3api delete-object with the marker's version id brings it back.",
        ]
    )


def gcs_restore(bucket: str, prefix: str, pulumi_root: str) -> str:
    """How an earlier state is brought back on Google Cloud."""
    state = f"gs://{bucket}/{prefix}/default.tfstate"
    name, old = shlex.quote(state), shlex.quote(f"{state}#GENERATION")
    return "\n".join(
        [
            "1. Stop everything that writes state, and see that nobody holds a lock.",
            f"2. Find the generation: gcloud storage ls --all-versions {name}",
            f"   (Pulumi: gs://{bucket}/{pulumi_root}stacks/PROJECT/STACK.json)",
            f"3. Write it anew: gcloud storage cp {old} {name}",
            "4. Compare with what is there: terraform plan, or pulumi refresh --preview-only --diff.",
            f"5. What was deleted for good is in soft delete: gcloud storage restore {old}",
        ]
    )
