"""S3 buckets and their settings: one call for each setting, for S3 lists none of them."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable, Iterator

from recoverable.audit import bucket_rules
from recoverable.audit.asking import Region
from recoverable.audit.databases import minutes
from recoverable.audit.resources import Found, Json, KeyNames, block, made, tags
from recoverable.model.raw import RawResource
from recoverable.model.values import Unknown

FLAGS = {
    "block_public_acls": "BlockPublicAcls",
    "block_public_policy": "BlockPublicPolicy",
    "ignore_public_acls": "IgnorePublicAcls",
    "restrict_public_buckets": "RestrictPublicBuckets",
}
OLDEST_REGION = "us-east-1"
"""GetBucketLocation answers nothing for buckets there."""


class AccountBlock:
    """The account's own block of public access, asked for only where a bucket's own leaves something open."""

    def __init__(self, region: Region) -> None:
        self.region = region
        self._lock = threading.Lock()
        self._asked = False
        self._found: Json | Unknown | None = None

    def flags(self) -> Json | Unknown:
        """The four flags; all off where none is set."""
        with self._lock:
            if not self._asked:
                self._found = self.region.one("s3control", "GetPublicAccessBlock", AccountId=self.region.account)
                self._asked = True
        if isinstance(self._found, Unknown):
            return self._found
        return dict((self._found or {}).get("PublicAccessBlockConfiguration") or {})


def names(region: Region, found: Found, now: datetime.datetime) -> Iterator[tuple[str, str | None]]:
    """Every bucket of the account with its region, None where the list does not say it; its age is told."""
    for item in region.pages("s3", "ListBuckets", "Buckets", PaginationConfig={"PageSize": 1000}):
        if item.get("CreationDate"):
            found.tell(arn_of(region, item["Name"]), age_minutes=minutes(now - item["CreationDate"]))
        yield item["Name"], item.get("BucketRegion")


def home(region: Region, name: str) -> str | Unknown:
    """The region of one bucket."""
    found = region.one("s3", "GetBucketLocation", name, Bucket=name)
    if isinstance(found, dict):
        place = str(found.get("LocationConstraint") or OLDEST_REGION)
        return {"EU": "eu-west-1"}.get(place, place)
    return found if isinstance(found, Unknown) else OLDEST_REGION


def arn_of(region: Region, name: str) -> str:
    """The ARN of a bucket, which names neither account nor region."""
    return f"arn:{region.partition}:s3:::{name}"


def _part(region: Region, name: str, kind: str, **attrs: object) -> RawResource:
    return made(region.name, f"aws_s3_bucket_{kind}", f"{arn_of(region, name)}#{kind}", bucket=name, **attrs)


def links(region: Region, name: str) -> Iterator[RawResource]:
    """What ties a bucket to others, where there is something: its replication, and the bucket that its logs go to."""
    logging = region.one("s3", "GetBucketLogging", name, Bucket=name)
    if isinstance(logging, dict) and logging.get("LoggingEnabled"):
        yield _part(region, name, "logging", target_bucket=logging["LoggingEnabled"]["TargetBucket"])
    replication = region.one("s3", "GetBucketReplication", name, Bucket=name)
    if replication is None:
        return
    settings = replication if isinstance(replication, Unknown) else replication["ReplicationConfiguration"]
    copies = settings if isinstance(settings, Unknown) else [bucket_rules.replica(rule) for rule in settings.get("Rules", ())]
    yield _part(region, name, "replication_configuration", rule=copies)
    heard = region.one("s3", "GetBucketNotificationConfiguration", name, Bucket=name)
    yield _part(region, name, "notification", **bucket_rules.notification(heard))


def settings(region: Region, name: str, account: AccountBlock, keys: KeyNames) -> Iterator[RawResource]:
    """The bucket itself, first, and all else that is set on it; ``region`` is the bucket's own."""
    arn = arn_of(region, name)

    def part(kind: str, **attrs: object) -> RawResource:
        return _part(region, name, kind, **attrs)

    def ask(operation: str) -> Json | Unknown | None:
        return region.one("s3", operation, name, Bucket=name)

    lock = ask("GetObjectLockConfiguration")
    tagging = ask("GetBucketTagging")
    own = tagging if isinstance(tagging, Unknown) else tags((tagging or {}).get("TagSet"))
    locked = (lock or {}).get("ObjectLockConfiguration") if not isinstance(lock, Unknown) else None
    yield made(
        region.name,
        "aws_s3_bucket",
        arn,
        bucket=name,
        arn=arn,
        tags=own,
        object_lock_enabled=bool(locked) or None,
        object_lock_configuration=lock if isinstance(lock, Unknown) else None,
    )
    if locked and (retention := (locked.get("Rule") or {}).get("DefaultRetention")):
        kept = block(mode=retention.get("Mode"), days=retention.get("Days"), years=retention.get("Years"))
        yield part("object_lock_configuration", rule=[{"default_retention": [kept]}])
    yield part("versioning", versioning_configuration=_versioning(ask("GetBucketVersioning")))
    yield from _encryption(part, ask("GetBucketEncryption"), keys)
    yield part("public_access_block", **_flags(ask("GetPublicAccessBlock"), account))
    policy = ask("GetBucketPolicy")
    if policy is not None:
        yield part("policy", policy=policy if isinstance(policy, Unknown) else policy["Policy"])
    lifecycle = ask("GetBucketLifecycleConfiguration")
    if lifecycle is not None:
        rules = lifecycle if isinstance(lifecycle, Unknown) else [bucket_rules.lifecycle(rule) for rule in lifecycle.get("Rules", ())]
        yield part("lifecycle_configuration", rule=rules)


def _versioning(found: Json | Unknown | None) -> list[Json] | Unknown:
    if isinstance(found, Unknown):
        return found
    said = found or {}
    return [block(status=said.get("Status", "Disabled"), mfa_delete=said.get("MFADelete"))]


def _encryption(part: Callable[..., RawResource], found: Json | Unknown | None, keys: KeyNames) -> Iterator[RawResource]:
    if isinstance(found, Unknown):
        yield part("server_side_encryption_configuration", rule=found)
        return
    for rule in ((found or {}).get("ServerSideEncryptionConfiguration") or {}).get("Rules", ())[:1]:
        first = rule.get("ApplyServerSideEncryptionByDefault") or {}
        by_default = block(sse_algorithm=first.get("SSEAlgorithm"), kms_master_key_id=keys.name(first.get("KMSMasterKeyID")))
        yield part("server_side_encryption_configuration", rule=[{"apply_server_side_encryption_by_default": [by_default]}])


def _flags(found: Json | Unknown | None, account: AccountBlock) -> Json:
    """Each flag is on where the bucket's own or the account's is; a bucket without any is not shut."""
    own = found if isinstance(found, Unknown) else (found or {}).get("PublicAccessBlockConfiguration") or {}
    if isinstance(own, dict) and all(own.get(word) for word in FLAGS.values()):
        return dict.fromkeys(FLAGS, True)
    above = account.flags()
    return {name: _either(own, above, word) for name, word in FLAGS.items()}


def _either(own: Json | Unknown, above: Json | Unknown, word: str) -> bool | Unknown:
    sides = (own, above)
    if any(isinstance(side, dict) and side.get(word) for side in sides):
        return True
    return next((side for side in sides if isinstance(side, Unknown)), False)
