"""What the drill's identity must be allowed to do, as an IAM policy of AWS or a custom role of Google: the calls that a drill makes, and nothing
more. All of them read.

A test holds the list against the calls that whole drills make.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recoverable.drill.secret.settings import GOOGLE, MANAGER

Json = dict[str, Any]
OF_SECRETS = ("DescribeSecret", "GetSecretValue", "ListSecretVersionIds")
OF_PARAMETERS = ("GetParameter", "GetParameterHistory")
OF_GOOGLE = (
    "cloudkms.cryptoKeyVersions.get", "cloudkms.cryptoKeys.get", "secretmanager.secrets.get", "secretmanager.versions.access",
    "secretmanager.versions.list",
)  # fmt: skip
LISTING = "secretmanager.secrets.list"


def policy(settings: Mapping[str, Any], account: str = "*") -> Json:
    """The policy for one store. Lists, which AWS allows for everything or nothing, only where the settings name a prefix."""
    if settings["service"] == GOOGLE:
        return _role(settings)
    regions = [each for each in (settings["region"] or "*", settings["replica_region"]) if each]
    manager = settings["service"] == MANAGER
    service = "secretsmanager" if manager else "ssm"
    names = list(settings["names"]) or [f"{settings['prefix']}*"]
    # Secrets Manager ends the name in an ARN by a dash and six letters; a parameter's own slash is the one of the ARN.
    ends = [f"secret:{name}-??????" if settings["names"] else f"secret:{name}" for name in names]
    if not manager:
        ends = [f"parameter/{name.lstrip('/')}" for name in names]
    resources = [f"arn:aws:{service}:{region}:{account}:{end}" for region in regions for end in ends]
    allowed = [f"{service}:{name}" for name in (OF_SECRETS if manager else OF_PARAMETERS)]
    statements: list[Json] = [{"Sid": "ReadVersions", "Effect": "Allow", "Action": allowed, "Resource": resources}]
    if settings["prefix"]:
        listing = "secretsmanager:ListSecrets" if manager else "ssm:DescribeParameters"
        statements.append({"Sid": "FindThem", "Effect": "Allow", "Action": [listing], "Resource": ["*"]})
    keys = [f"arn:aws:kms:{region}:{account}:key/*" for region in regions]
    statements.append({"Sid": "LookAtTheKey", "Effect": "Allow", "Action": ["kms:DescribeKey"], "Resource": keys})
    via = [f"{service}.{region}.amazonaws.com" for region in regions]
    statements.append(
        {
            "Sid": "DecryptThere",
            "Effect": "Allow",
            "Action": ["kms:Decrypt"],
            "Resource": keys,
            "Condition": {"StringLike": {"kms:ViaService": via}},
        }
    )
    return {"Version": "2012-10-17", "Statement": statements}


def _role(settings: Mapping[str, Any]) -> Json:
    """As ``gcloud iam roles create --file`` takes it. Lists only where the settings name a prefix."""
    return {
        "title": "recoverable: restore drills of secrets",
        "description": "Read secrets and their versions, look at their keys. Bind it to the secrets themselves, or with a condition on names.",
        "stage": "GA",
        "includedPermissions": sorted((*OF_GOOGLE, *([LISTING] if settings["prefix"] else ()))),
    }
