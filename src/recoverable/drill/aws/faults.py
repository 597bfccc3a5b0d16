"""What RDS refuses and the states in which an instance stays, each with what it means and what to do about it.

Codes are those of the RDS API (the service model's errors, as they stand in ``Error.Code``, without the ending "Fault").
"""

from __future__ import annotations

from recoverable.drill.contract import RestoreFailedError

BUSY = frozenset({
    "InternalError", "InternalFailure", "InternalServerError", "PriorRequestNotComplete", "RequestLimitExceeded", "RequestThrottled",
    "RequestTimeout", "RequestTimeoutException", "ServiceUnavailable", "SlowDown", "Throttling", "ThrottlingException",
})  # fmt: skip
"""Asked again, these may go away by themselves."""

DENIED = frozenset({"403", "AccessDenied", "AllAccessDisabled", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError"})
LOGIN = frozenset({
    "ExpiredToken", "ExpiredTokenException", "IncompleteSignature", "InvalidClientTokenId", "MissingAuthenticationToken", "OptInRequired",
    "RequestExpired", "SignatureDoesNotMatch", "UnrecognizedClientException",
})  # fmt: skip
"""The credentials themselves are no good."""

REFUSALS: dict[str, tuple[str, str]] = {
    "BackupPolicyNotFoundFault": ("the backup policy of the source is gone", "Look at the automated backups of the source."),
    "CertificateNotFound": ("the certificate authority is not known in this region", "Choose one of the region for the source."),
    "DBClusterAutomatedBackupNotFoundFault": (
        "there is no such automated backup of a cluster",
        "It has expired or was deleted. Look with `aws rds describe-db-cluster-automated-backups`.",
    ),
    "DBClusterNotFoundFault": ("there is no such cluster", 'Check cluster and region; of a deleted one use from = "retained-backup".'),
    "DBClusterParameterGroupNotFound": ("there is no such cluster parameter group", "Check cluster_parameter_group and region."),
    "DBClusterQuotaExceededFault": (
        "the account may make no more clusters",
        "Raise the quota “DB clusters”, or remove what is not needed.",
    ),
    "DBClusterSnapshotNotFoundFault": ("there is no such cluster snapshot", "Check snapshot and region; it may have expired."),
    "DBInstanceAutomatedBackupNotFound": (
        "there is no such automated backup",
        "It has expired, was deleted, or is not replicated into this region. Look with `aws rds describe-db-instance-automated-backups`.",
    ),
    "DBInstanceNotFound": ("there is no such DB instance", 'Check instance and region; of a deleted one use from = "retained-backup".'),
    "DBParameterGroupNotFound": ("there is no such parameter group", "Make it in this region, for the source's major version."),
    "DBSnapshotNotFound": ("there is no such snapshot", "Check snapshot and region; it may have expired."),
    "DBSubnetGroupDoesNotCoverEnoughAZs": (
        "the subnet group covers too few availability zones",
        "Give it subnets in two zones that offer the instance class.",
    ),
    "DBSubnetGroupNotFoundFault": ("there is no such subnet group", "Make it in this region, of private subnets."),
    "InstanceQuotaExceeded": ("the account may make no more DB instances", "Raise the quota “DB instances”, or remove what is not needed."),
    "InsufficientDBClusterCapacityFault": ("there is no room for the cluster", "Name another instance_class, or other zones."),
    "InsufficientDBInstanceCapacity": (
        "the zone has no room for this instance class",
        "Name another instance_class, or a subnet group with more zones. A real disaster would meet the same.",
    ),
    "InsufficientStorageClusterCapacity": ("there is no storage for the cluster", "Try again, or use other zones."),
    "InvalidDBClusterSnapshotStateFault": ("the cluster snapshot is not available", "Wait until it is, or name another one."),
    "InvalidDBClusterStateFault": ("the cluster is in a state that does not allow this", "Look at its status; wait until it is available."),
    "InvalidDBInstanceState": ("the instance is in a state that does not allow this", "Look at its status; wait until it is available."),
    "InvalidDBSnapshotState": ("the snapshot is not available", "Wait until it is, or name another one."),
    "InvalidParameterCombination": ("RDS refuses this combination", "Mind what it says of class, engine version, storage and groups."),
    "InvalidParameterValue": ("RDS refuses a value", "Mind what it says; a time must lie inside what can be restored."),
    "InvalidRestoreFault": ("this cannot be restored there", "Mind what it says of source, network and target."),
    "InvalidSubnet": ("a subnet of the group cannot be used", "The subnets must exist and be of one VPC."),
    "InvalidVPCNetworkStateFault": (
        "the network of the subnet group has changed since it was made",
        "Look at its subnets and their free addresses, and make the group anew.",
    ),
    "KMSKeyNotAccessibleFault": (
        "the key of the backup cannot be used",
        "It is disabled, to be deleted, or its policy does not let this identity and RDS use it. Until then nothing of this store can be restored.",
    ),
    "PointInTimeRestoreNotEnabled": (
        "the source keeps no automated backups",
        "Set its backup retention period to what the standard demands; 0 switches them off.",
    ),
    "ProvisionedIopsNotAvailableInAZFault": ("the zone has no provisioned IOPS", "Use a subnet group with other zones."),
    "StorageQuotaExceeded": ("the account may use no more storage", "Raise the quota “Total storage for all DB instances”."),
    "InvalidBucketName": ("this is no name of a bucket", "Check [drill.stores.NAME.source]."),
    "InvalidObjectState": ("an object lies in an archive", "Bring it back first (`aws s3api restore-object`); that takes hours."),
    "KMS.DisabledException": ("the key is disabled", "Enable it. Until then nothing that it encrypts can be restored."),
    "KMS.NotFoundException": ("the key is gone", "What it encrypted cannot be restored, unless its deletion can still be cancelled."),
    "NoSuchBucket": ("there is no such bucket", "Check its name and region."),
    "OperationAborted": ("something else is being done to the bucket", "Drill again."),
    "PermanentRedirect": ("the bucket is in another region", "Check region in [drill.stores.NAME.source]."),
    "TooManyBuckets": ("the account may have no more buckets", "Raise the quota “General purpose buckets”, or remove what is not needed."),
    "StorageTypeNotSupported": ("the storage type does not go with this", "Name another instance_class."),
    "VpcEncryptionControlViolationException": ("the VPC demands encryption that this class lacks", "Name another instance_class."),
}

GOING_ON = frozenset({
    "backing-up", "configuring-associated-roles", "configuring-enhanced-monitoring", "configuring-iam-database-auth", "configuring-log-exports",
    "converting-to-vpc", "creating", "maintenance", "modifying", "moving-to-vpc", "rebooting", "renaming", "resetting-master-credentials",
    "starting", "storage-config-upgrade", "storage-initialization", "storage-optimization", "upgrading",
    "migrating", "promoting", "preparing-data-migration", "scaling-compute", "scaling-storage", "update-iam-db-auth",
})  # fmt: skip
"""States that lead to another one. One that is not known is waited for as well: the phase's budget ends it."""

STUCK: dict[str, tuple[str, str]] = {
    "failed": ("it failed, and RDS cannot bring it back", "Look at its events; try another time or snapshot."),
    "restore-error": ("the restore failed", "Try another time or snapshot, and ask AWS about this one."),
    "incompatible-restore": (
        "RDS cannot restore this backup",
        "Usual causes: parameters, options or an engine version that do not go with the data. Compare the parameter group with the source's.",
    ),
    "incompatible-network": (
        "its network cannot be used",
        "Look at the free addresses of the subnets, the VPC's DNS support and the security groups.",
    ),
    "incompatible-parameters": (
        "it does not start with its parameter group",
        "Compare the group with the source's; memory settings must fit the instance class.",
    ),
    "incompatible-option-group": ("its option group does not go with it", "Compare the option group with the source's."),
    "incompatible-credentials": ("its credentials cannot be used", "Look at the managed password and its key."),
    "incompatible-create": ("it cannot be made like this", "Look at its events."),
    "insufficient-capacity": ("the zone has no room for this instance class", "Name another instance_class."),
    "storage-full": ("its storage is full", "The source is as full: give it more storage, and drill again."),
    "inaccessible-encryption-credentials": (
        "its key cannot be used",
        "The key was disabled or deleted. Until it is back nothing of this store can be restored.",
    ),
    "inaccessible-encryption-credentials-recoverable": ("its key cannot be used now", "Enable the key, and drill again."),
    "stopped": ("somebody stopped it", "Drill again."),
    "stopping": ("somebody stops it", "Drill again."),
    "deleting": ("somebody deletes it", "Something else cleans up here; leave instances of a drill alone."),
    "deleted": ("somebody deleted it", "Something else cleans up here; leave instances of a drill alone."),
}
"""States that a copy does not leave by itself. The SDK's own waiter takes some of these for work in progress."""

PAGES = {
    "s3": "docs/drill-bucket.md, docs/drill-state.md",
    "dynamodb": "docs/drill-state.md",
    "secretsmanager": "docs/drill-secret.md",
    "ssm": "docs/drill-secret.md",
}
"""Where the policy of a service's drills stands; else in that of RDS."""
LONGEST = 300
"""Letters of what RDS itself says that are passed on."""


def plain(code: str) -> str:
    """A code as it stands in the tables here: some come with the ending "Fault", some without."""
    if code in REFUSALS:
        return code
    other = code.removesuffix("Fault") if code.endswith("Fault") else f"{code}Fault"
    return other if other in REFUSALS else code


def refusal(service: str, operation: str, code: str, message: str) -> RestoreFailedError:
    """What AWS refused, as something that a person can act upon."""
    if code in DENIED:
        return RestoreFailedError(
            f"AWS does not allow {operation}",
            f"The identity of the drill needs {service}:{operation} ({PAGES.get(service, 'docs/drill-rds.md')}).",
        )
    if code in LOGIN:
        return RestoreFailedError(f"AWS does not accept the credentials ({code})", "Log in again; a drill needs a session that lasts.")
    what, fix = REFUSALS.get(plain(code), (f"AWS refuses {operation} with {code}", f"See the API reference of {service}."))
    said = " ".join(message.split())[:LONGEST].rstrip(".")
    return RestoreFailedError(f"{what} ({code}{f': {said}' if said else ''})", fix)


def stuck(name: str, state: str, events: str) -> RestoreFailedError:
    """A copy that will not become available. ``events`` is what RDS wrote about it."""
    what, fix = STUCK[state]
    return RestoreFailedError(f"{name} is {state}: {what}{f' ({events})' if events else ''}", fix)
