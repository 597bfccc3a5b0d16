"""``[drill.stores.NAME.expect]`` of a store of state."""

from __future__ import annotations

from typing import Any

from recoverable.standard.typed import Table

KEYS = ("resources_at_least", "lineage", "encryption", "kms_key", "rungs_left_out")
ANY, S3_KEY, OWN_KEY, CUSTOMER_KEY = "any", "AES256", "aws:kms", "cmek"
ENCRYPTIONS = (ANY, S3_KEY, OWN_KEY, CUSTOMER_KEY)
MOST = 10**9


def read(table: Table) -> dict[str, Any]:
    """The typed expectations; every mistake becomes a problem of the table."""
    table.only(KEYS)
    return {
        "resources_at_least": table.whole("resources_at_least", 0, MOST, 1),
        "lineage": table.text("lineage"),
        "encryption": table.choice("encryption", ENCRYPTIONS, ANY),
        "kms_key": table.text("kms_key"),
        "rungs_left_out": table.texts("rungs_left_out"),
    }


SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "What the ladder expects of a state.",
    "additionalProperties": False,
    "properties": {
        "resources_at_least": {
            "type": "integer",
            "minimum": 0,
            "maximum": MOST,
            "default": 1,
            "description": "How many resources it must hold; each instance counts.",
        },
        "lineage": {"type": "string", "description": "Terraform's lineage that it must have. Default: that of the version before."},
        "encryption": {
            "enum": list(ENCRYPTIONS),
            "default": ANY,
            "description": "How each version must be encrypted: aws:kms on S3, cmek on Cloud Storage, AES256 with the cloud's own key on both.",
        },
        "kms_key": {
            "type": "string",
            "description": "The key that each version must be encrypted with: its ARN, or on Google Cloud its name, without a version.",
        },
        "rungs_left_out": {
            "type": "array",
            "items": {"type": "string", "minLength": 1},
            "description": "Rungs that are not asked for, by name; the evidence is amber then.",
        },
    },
}
