"""One of every type that the stand-in for Google Cloud has, in an order in which all can be made."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.provider import Aborted, Calls, Made

STORAGE_AGENT = "serviceAccount:service-123456789012@gs-project-accounts.iam.gserviceaccount.com"
SQL_AGENT = "serviceAccount:service-123456789012@gcp-sa-cloud-sql.iam.gserviceaccount.com"
SECRET_AGENT = "serviceAccount:service-123456789012@gcp-sa-secretmanager.iam.gserviceaccount.com"
PUBSUB_AGENT = "serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com"
TRANSFER_AGENT = "serviceAccount:project-123456789012@storage-transfer-service.iam.gserviceaccount.com"
ENCRYPTS = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
RING = "projects/acme/locations/europe-west1/keyRings/ring"
KEY = f"{RING}/cryptoKeys/key"
TOPIC = "projects/acme/topics/rotation"
SECRET = "projects/acme/secrets/database-url"
VAULT = "projects/acme/locations/europe-west1/backupVaults/vault"
PLAN = "projects/acme/locations/europe-west1/backupPlans/plan"
PLAIN_INSTANCE = "projects/acme/instances/plain"
DRILL = "restore-drill@acme.iam.gserviceaccount.com"


def instance(name: str = "orders", **more: Any) -> dict[str, Any]:
    """The inputs of a Cloud SQL instance with backups and point-in-time recovery."""
    backups = {
        "enabled": True,
        "startTime": "02:00",
        "location": "eu",
        "pointInTimeRecoveryEnabled": True,
        "transactionLogRetentionDays": 7,
        "backupRetentionSettings": {"retainedBackups": 30},
    }
    settings = {
        "tier": "db-custom-2-7680",
        "edition": "ENTERPRISE",
        "availabilityType": "REGIONAL",
        "deletionProtectionEnabled": True,
        "retainBackupsOnDelete": True,
        "finalBackupConfig": {"enabled": True, "retentionDays": 30},
        "userLabels": {"environment": "prod"},
        "ipConfiguration": {"ipv4Enabled": True, "sslMode": "ENCRYPTED_ONLY"},
        "backupConfiguration": backups,
    }
    return {"name": name, "databaseVersion": "POSTGRES_16", "settings": settings, "rootPassword": "root-hunter2", **more}


BUCKET: dict[str, Any] = {
    "name": "acme-uploads",
    "location": "EUROPE-WEST1",
    "versioning": {"enabled": True},
    "uniformBucketLevelAccess": True,
    "publicAccessPrevention": "enforced",
    "softDeletePolicy": {"retentionDurationSeconds": 30 * 86_400},
    "encryption": {"defaultKmsKeyName": KEY},
    "labels": {"environment": "prod"},
    "lifecycleRules": [
        {"action": {"type": "SetStorageClass", "storageClass": "NEARLINE"}, "condition": {"age": 30}},
        {"action": {"type": "Delete"}, "condition": {"daysSinceNoncurrentTime": 90, "withState": "ARCHIVED"}},
        {"action": {"type": "AbortIncompleteMultipartUpload"}, "condition": {"age": 7}},
    ],
}
VERSIONED_REPLICA = {"name": "acme-uploads-replica", "location": "EUROPE-WEST3", "versioning": {"enabled": True}}
POLICY: dict[str, Any] = {
    "displayName": "Cloud SQL backup failed",
    "combiner": "OR",
    "conditions": [
        {"displayName": "failed", "conditionMatchedLog": {"filter": 'protoPayload.methodName="cloudsql.instances.automatedBackup"'}}
    ],
    "alertStrategy": {"notificationRateLimit": {"period": "3600s"}, "autoClose": "604800s"},
}
RULE = {
    "ruleId": "daily",
    "backupRetentionDays": 30,
    "standardSchedule": {"recurrenceType": "DAILY", "timeZone": "UTC", "backupWindow": {"startHourOfDay": 1, "endHourOfDay": 7}},
}
REPLICATION = {"userManaged": {"replicas": [{"location": "europe-west1", "customerManagedEncryption": {"kmsKeyName": KEY}}]}}


def rows() -> list[tuple[str, str, dict[str, Any]]]:
    """Label, type and inputs of everything."""
    grants = [
        (f"{word}-key", "gcp:kms/cryptoKeyIAMMember:CryptoKeyIAMMember", {"cryptoKeyId": KEY, "role": ENCRYPTS, "member": agent})
        for word, agent in (("storage", STORAGE_AGENT), ("sql", SQL_AGENT), ("secret", SECRET_AGENT))
    ]
    return [
        ("api", "gcp:projects/service:Service", {"service": "sqladmin.googleapis.com", "disableOnDestroy": False}),
        ("agent", "gcp:projects/serviceIdentity:ServiceIdentity", {"service": "sqladmin.googleapis.com"}),
        ("ring", "gcp:kms/keyRing:KeyRing", {"name": "ring", "location": "europe-west1"}),
        ("key", "gcp:kms/cryptoKey:CryptoKey", {"name": "key", "keyRing": RING, "rotationPeriod": "7776000s", "labels": {"a": "b"}}),
        *grants,
        ("bound", "gcp:kms/cryptoKeyIAMBinding:CryptoKeyIAMBinding", {"cryptoKeyId": KEY, "role": ENCRYPTS, "members": [PUBSUB_AGENT]}),
        (
            "ringed",
            "gcp:kms/keyRingIAMMember:KeyRingIAMMember",
            {"keyRingId": RING, "role": "roles/cloudkms.viewer", "member": "group:ops@acme.example"},
        ),
        ("uploads", "gcp:storage/bucket:Bucket", BUCKET),
        ("replica", "gcp:storage/bucket:Bucket", VERSIONED_REPLICA),
        ("archive", "gcp:storage/bucket:Bucket", {"name": "acme-archive", "location": "EU", "autoclass": {"enabled": True}}),
        (
            "reads",
            "gcp:storage/bucketIAMMember:BucketIAMMember",
            {"bucket": "acme-uploads", "role": "roles/storage.admin", "member": TRANSFER_AGENT},
        ),
        (
            "writes",
            "gcp:storage/bucketIAMBinding:BucketIAMBinding",
            {"bucket": "acme-uploads-replica", "role": "roles/storage.admin", "members": [TRANSFER_AGENT]},
        ),
        (
            "copy",
            "gcp:storage/transferJob:TransferJob",
            {
                "description": "uploads to the second region",
                "replicationSpec": {"gcsDataSource": {"bucketName": "acme-uploads"}, "gcsDataSink": {"bucketName": "acme-uploads-replica"}},
            },
        ),
        ("orders", "gcp:sql/databaseInstance:DatabaseInstance", instance(encryptionKeyName=KEY)),
        (
            "plain",
            "gcp:sql/databaseInstance:DatabaseInstance",
            {"name": "plain", "databaseVersion": "POSTGRES_15", "settings": {"tier": "db-f1-micro"}},
        ),
        ("shop", "gcp:sql/database:Database", {"name": "shop", "instance": "orders", "charset": "UTF8"}),
        ("app", "gcp:sql/user:User", {"name": "app", "instance": "orders", "password": "user-hunter2"}),
        ("topic", "gcp:pubsub/topic:Topic", {"name": "rotation", "kmsKeyName": KEY, "messageRetentionDuration": "86400s"}),
        ("subscription", "gcp:pubsub/subscription:Subscription", {"name": "rotations", "topic": TOPIC}),
        (
            "published",
            "gcp:pubsub/topicIAMMember:TopicIAMMember",
            {"topic": TOPIC, "role": "roles/pubsub.publisher", "member": SECRET_AGENT},
        ),
        (
            "secret",
            "gcp:secretmanager/secret:Secret",
            {
                "secretId": "database-url",
                "replication": REPLICATION,
                "versionDestroyTtl": "2592000s",
                "topics": [{"name": TOPIC}],
                "rotation": {"rotationPeriod": "7776000s", "nextRotationTime": "2027-01-01T00:00:00Z"},
            },
        ),
        ("version", "gcp:secretmanager/secretVersion:SecretVersion", {"secret": SECRET, "secretData": "postgres://hunter2"}),
        ("drill", "gcp:serviceaccount/account:Account", {"accountId": "restore-drill", "displayName": "Restore drill"}),
        (
            "acts",
            "gcp:serviceaccount/iAMMember:IAMMember",
            {
                "serviceAccountId": f"projects/acme/serviceAccounts/{DRILL}",
                "role": "roles/iam.serviceAccountUser",
                "member": "group:ops@acme.example",
            },
        ),
        (
            "readable",
            "gcp:secretmanager/secretIamMember:SecretIamMember",
            {"secretId": SECRET, "role": "roles/secretmanager.secretAccessor", "member": f"serviceAccount:{DRILL}"},
        ),
        (
            "restorer",
            "gcp:projects/iAMCustomRole:IAMCustomRole",
            {"roleId": "restorer", "title": "Restorer", "permissions": ["cloudsql.instances.restoreBackup"]},
        ),
        (
            "restores",
            "gcp:projects/iAMMember:IAMMember",
            {"project": "acme", "role": "projects/acme/roles/restorer", "member": f"serviceAccount:{DRILL}"},
        ),
        (
            "email",
            "gcp:monitoring/notificationChannel:NotificationChannel",
            {"type": "email", "displayName": "Backups", "labels": {"email_address": "ops@acme.example"}},
        ),
        ("failures", "gcp:logging/metric:Metric", {"name": "backup-failures", "filter": 'resource.type="cloudsql_database"'}),
        (
            "age",
            "gcp:monitoring/metricDescriptor:MetricDescriptor",
            {
                "type": "custom.googleapis.com/recoverable/age",
                "metricKind": "GAUGE",
                "valueType": "INT64",
                "description": "Age of the last proven restore",
                "displayName": "Restore age",
            },
        ),
        ("alert", "gcp:monitoring/alertPolicy:AlertPolicy", POLICY),
        (
            "job",
            "gcp:cloudrunv2/job:Job",
            {
                "name": "drill",
                "location": "europe-west1",
                "template": {"template": {"containers": [{"image": "drill:1"}], "serviceAccount": DRILL}},
            },
        ),
        (
            "starts",
            "gcp:cloudrunv2/jobIamMember:JobIamMember",
            {"name": "drill", "location": "europe-west1", "role": "roles/run.invoker", "member": f"serviceAccount:{DRILL}"},
        ),
        (
            "monthly",
            "gcp:cloudscheduler/job:Job",
            {
                "name": "drill",
                "schedule": "0 3 1 * *",
                "httpTarget": {"uri": "https://run.example/drill", "httpMethod": "POST", "oidcToken": {"serviceAccountEmail": DRILL}},
            },
        ),
        (
            "vault",
            "gcp:backupdisasterrecovery/backupVault:BackupVault",
            {"backupVaultId": "vault", "location": "europe-west1", "backupMinimumEnforcedRetentionDuration": "1209600s"},
        ),
        (
            "plan",
            "gcp:backupdisasterrecovery/backupPlan:BackupPlan",
            {
                "backupPlanId": "plan",
                "location": "europe-west1",
                "backupVault": VAULT,
                "resourceType": "sqladmin.googleapis.com/Instance",
                "logRetentionDays": 14,
                "backupRules": [RULE],
            },
        ),
        (
            "association",
            "gcp:backupdisasterrecovery/backupPlanAssociation:BackupPlanAssociation",
            {
                "backupPlanAssociationId": "plain",
                "location": "europe-west1",
                "backupPlan": PLAN,
                "resource": PLAIN_INSTANCE,
                "resourceType": "sqladmin.googleapis.com/Instance",
            },
        ),
    ]


def build(gcp: Calls, until: str = "") -> dict[str, Made]:
    """Make everything, or all before one label; by label."""
    made = {}
    for label, token, inputs in rows():
        if label == until:
            break
        made[label] = gcp.up(token, label, **inputs)
    return made


def inputs_of(label: str) -> dict[str, Any]:
    """The inputs of one row."""
    return next(inputs for name, _, inputs in rows() if name == label)


def refusal(gcp: Calls, token: str, **inputs: Any) -> str:
    """The message with which a creation is refused."""
    with pytest.raises(Aborted) as refused:
        gcp.up(token, "one", **inputs)
    return refused.value.message
