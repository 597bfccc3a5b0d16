"""How the bucket is set up: what is asked of it is read, and nothing is written."""

from __future__ import annotations

from typing import Any

from recoverable.clouds.aws_policy import denies_plain_http
from recoverable.state_backend.calls import CallError, UnreachableError
from recoverable.state_backend.doctor.step import CouldNotRunError, FailedError
from recoverable.state_backend.doctor.visit import Visit

FLAGS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
NO_BLOCK = "NoSuchPublicAccessBlockConfiguration"


def bucket(visit: Visit) -> str:
    """It is there, in the region that the settings name."""
    backend = visit.backend
    try:
        said = visit.aws.call("s3", "head_bucket", Bucket=backend.bucket)
    except CallError as error:
        if error.code in ("404", "NoSuchBucket"):
            raise FailedError(f"there is no bucket {backend.bucket}", "Make it, or mend the name in the settings.") from None
        if error.denied:
            fix = f"It is another account's, or these credentials lack s3:ListBucket. {visit.fix_policy()}"
            raise FailedError("these credentials may not reach the bucket", fix) from None
        if error.code in ("301", "400", "PermanentRedirect", "AuthorizationHeaderMalformed"):
            raise FailedError(f"it does not lie in {backend.region}", "Mend region in the settings.") from None
        raise visit.refused(error, "reaching it") from None
    headers = said.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    region = said.get("BucketRegion") or headers.get("x-amz-bucket-region") or ""
    if region and region != backend.region:
        fix = f'Write region = "{region}": Terraform is sent away from the wrong one, and a lock table there would be another one.'
        raise FailedError(f"it lies in {region}, and the settings say {backend.region}", fix)
    return f"it is there, in {region}" if region else "it is there; the server names no region"


def versioning(visit: Visit) -> str:
    """Every version of state is kept."""
    try:
        said = visit.aws.call("s3", "get_bucket_versioning", Bucket=visit.backend.bucket)
    except CallError as error:
        raise visit.unreadable(error, "s3:GetBucketVersioning") from None
    status = said.get("Status", "")
    fix = (
        "Without it the state before the last write is gone for good: "
        f"aws s3api put-bucket-versioning --bucket {visit.backend.bucket} --versioning-configuration Status=Enabled"
    )
    if status == "Suspended":
        raise FailedError("versioning is suspended: a new state overwrites the last", fix)
    if status != "Enabled":
        raise FailedError("versioning was never switched on: a new state overwrites the last", fix)
    return "it is enabled" + (", with MFA delete" if said.get("MFADelete") == "Enabled" else "")


def public_access(visit: Visit) -> str:
    """Nothing in it can be opened to everyone, by the bucket's own block or the account's."""
    missing = [flag for flag in FLAGS if not _own_block(visit).get(flag)]
    if not missing:
        return "the bucket blocks all of it"
    try:
        account = _account_block(visit)
    except CallError as error:
        if error.denied:
            fix = f"Block all four on the bucket itself. {visit.fix_policy()}"
            why = f"the bucket itself lacks {', '.join(missing)}, and the account's block cannot be read without s3:GetAccountPublicAccessBlock"
            raise CouldNotRunError(why, fix) from None
        raise visit.unreadable(error, "s3:GetAccountPublicAccessBlock") from None
    missing = [flag for flag in missing if not account.get(flag)]
    if missing:
        settings = ",".join(f"{flag}=true" for flag in FLAGS)
        fix = f"aws s3api put-public-access-block --bucket {visit.backend.bucket} --public-access-block-configuration {settings}"
        raise FailedError(f"neither the bucket nor the account sets {', '.join(missing)}", fix)
    return "the account blocks what the bucket does not"


def _own_block(visit: Visit) -> dict[str, Any]:
    try:
        said = visit.aws.call("s3", "get_public_access_block", Bucket=visit.backend.bucket)
    except CallError as error:
        if error.code == NO_BLOCK:
            return {}
        raise visit.unreadable(error, "s3:GetBucketPublicAccessBlock") from None
    found: dict[str, Any] = said.get("PublicAccessBlockConfiguration", {})
    return found


def _account_block(visit: Visit) -> dict[str, Any]:
    """The account's own block, where the bucket is that account's. Another provider of S3 has none, and does not know who asks: then there is
    nothing but the bucket's.
    """
    try:
        account = visit.aws.call("sts", "get_caller_identity")["Account"]
        _owned_by(visit, account)
        said = visit.aws.call("s3control", "get_public_access_block", once=bool(visit.backend.endpoint), AccountId=account)
    except CallError as error:
        if error.code == NO_BLOCK or (visit.backend.endpoint and not error.denied):
            return {}
        raise
    except UnreachableError:
        if visit.backend.endpoint:
            return {}
        raise
    found: dict[str, Any] = said.get("PublicAccessBlockConfiguration", {})
    return found


def _owned_by(visit: Visit, account: str) -> None:
    """A role of one account may use the bucket of another, and only the owner's block holds for it."""
    try:
        visit.aws.call("s3", "head_bucket", Bucket=visit.backend.bucket, ExpectedBucketOwner=account)
    except CallError as error:
        if error.denied:
            why = "the bucket does not block all of it itself, and is not of the account that asks: its owner's block cannot be read"
            raise CouldNotRunError(why, "Block all four on the bucket itself.") from None
        raise


def tls_only(visit: Visit) -> str:
    """A statement of the bucket's policy denies plain HTTP; read as rule RCV056 reads it."""
    fix = (
        'Add to the bucket\'s policy: {"Sid": "DenyPlainHttp", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": '
        f'["arn:{visit.backend.partition}:s3:::{visit.backend.bucket}", "arn:{visit.backend.partition}:s3:::{visit.backend.bucket}/*"], '
        '"Condition": {"Bool": {"aws:SecureTransport": "false"}}}'
    )
    try:
        said = visit.aws.call("s3", "get_bucket_policy", Bucket=visit.backend.bucket)
    except CallError as error:
        if error.code == "NoSuchBucketPolicy":
            raise FailedError("the bucket has no policy, so it answers plain HTTP", fix) from None
        raise visit.unreadable(error, "s3:GetBucketPolicy") from None
    if denies_plain_http(str(said.get("Policy", "")), visit.backend.bucket) is not True:
        raise FailedError("no statement of its policy denies everyone plain HTTP", fix)
    return "its policy denies plain HTTP"
