"""The JSON Schema of ``[state_backend.NAME]``."""

from __future__ import annotations

from typing import Any

from recoverable.state_backend.settings import (
    BUCKET,
    CLIENTS,
    GOOGLE_KEY,
    HOST,
    KMS_KEY,
    LOCATION,
    NAME_PATTERN,
    REGION,
    SECRETS_KEY,
    TABLE,
    WORD,
)

Json = dict[str, Any]


def state_backend_schema() -> Json:
    """The ``state_backend`` table."""
    kinds = {"s3": (_s3(), ["bucket", "region"]), "gcs": (_gcs(), ["bucket"]), "hcp": (_hcp(), ["organization"])}
    each = {"oneOf": [_of(name, properties, required) for name, (properties, required) in kinds.items()]}
    each["oneOf"][-1]["oneOf"] = [{"required": ["workspace"]}, {"required": ["tags"]}]
    return {
        "type": "object",
        "description": "Where Terraform and Pulumi keep their state.",
        "additionalProperties": False,
        "patternProperties": {NAME_PATTERN: each},
    }


def _of(kind: str, properties: Json, required: list[str]) -> Json:
    return {
        "type": "object",
        "properties": {"kind": {"const": kind}, **properties},
        "required": ["kind", *required],
        "additionalProperties": False,
    }


def _s3() -> Json:
    return {
        **_in_a_bucket("Where Terraform keeps state: the key of the backend. Default: terraform.tfstate."),
        "region": _text("The bucket's region.", REGION),
        "workspaces": {**_texts("Named workspaces of Terraform, whose state lies below env:/NAME/.")},
        "kms_key": _text("ARN of the key that encrypts state. Without it S3's own encrypts.", KMS_KEY),
        "secrets_key": _text("Alias or ARN of the key of Pulumi's secrets. Default: kms_key.", SECRETS_KEY),
        "lock_table": _text("A DynamoDB table, for clients before Terraform 1.10.", TABLE),
        "endpoint": _text("Another server than AWS's.", None),
    }


def _gcs() -> Json:
    return {
        **_in_a_bucket("Where Terraform keeps state: the prefix of the backend. Default: state."),
        "location": _text("The bucket's location, which the doctor compares. Default: not compared.", LOCATION),
        "kms_key": _text("Full name of the key that encrypts state.", GOOGLE_KEY),
    }


def _hcp() -> Json:
    return {
        "organization": _text("The organization.", WORD),
        "hostname": _text("The host of Terraform Enterprise. Default: HCP Terraform's.", HOST),
        "project": _text("The project of the workspaces.", WORD),
        "workspace": _text("One workspace.", WORD),
        "tags": _texts("All workspaces that have these tags."),
    }


def _in_a_bucket(keys: str) -> Json:
    return {
        "bucket": _text("The bucket's name.", BUCKET),
        "environment": _text("Whose retention versions of state have to meet. Default: the strictest.", None),
        "clients": {
            "type": "array",
            "minItems": 1,
            "items": {"enum": list(CLIENTS)},
            "description": "Who keeps state there. Default: both.",
        },
        "keys": _texts(keys),
        "pulumi_prefix": _text("Folder of the bucket that Pulumi's state lies in. Default: none.", None),
    }


def _texts(description: str) -> Json:
    return {"type": "array", "items": {"type": "string", "pattern": r"\S"}, "description": description}


def _text(description: str, pattern: str | None) -> Json:
    return {"type": "string", **({"pattern": pattern} if pattern else {}), "description": description}
