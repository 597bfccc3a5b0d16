"""Changes to something legal that Google or its provider refuses: row of the estate, path, value, and all reasons."""

from __future__ import annotations

from typing import Any

from tests.sandbox.gcp.combinations_of_databases import DATABASES

Row = tuple[str, str, Any, list[str]]
WEEK, NINETY = 604_800, 7_776_000
BUCKETS: list[Row] = [
    (
        "uploads",
        "softDeletePolicy.retentionDurationSeconds",
        86_400,
        [f"`softDeletePolicy.retentionDurationSeconds`: expected 0 (off), or {WEEK} (7 days) to {NINETY} (90 days), got 86400"],
    ),
    (
        "uploads",
        "softDeletePolicy.retentionDurationSeconds",
        NINETY + 1,
        [f"`softDeletePolicy.retentionDurationSeconds`: expected 0 (off), or {WEEK} (7 days) to {NINETY} (90 days), got {NINETY + 1}"],
    ),
    ("uploads", "softDeletePolicy.retentionDurationSeconds", 0, []),
    (
        "uploads",
        "retentionPolicy",
        {"retentionPeriod": "0"},
        [
            "`retentionPolicy.retentionPeriod`: expected 1 to 3155760000, got 0",
            "`retentionPolicy`: a bucket has a retention policy or versioning, not both",
        ],
    ),
    ("archive", "storageClass", "NEARLINE", ["`storageClass`: with Autoclass it is STANDARD, got NEARLINE"]),
    (
        "archive",
        "autoclass.terminalStorageClass",
        "COLDLINE",
        ['`autoclass.terminalStorageClass`: expected one of NEARLINE, ARCHIVE, got "COLDLINE"'],
    ),
    ("uploads", "rpo", "ASYNC_TURBO", ["`rpo`: ASYNC_TURBO is for dual-region buckets only, and EUROPE-WEST1 is none"]),
    (
        "uploads",
        "customPlacementConfig",
        {"dataLocations": ["EUROPE-WEST1"]},
        [
            "`customPlacementConfig.dataLocations`: a dual region is two different regions, got 1",
            "`location`: with customPlacementConfig the location is one of US, EU, ASIA, CA, AU, IN, DE, IT, got EUROPE-WEST1",
        ],
    ),
    (
        "uploads",
        "lifecycleRules.0.action",
        {"type": "SetStorageClass"},
        ["`lifecycleRules[0].action.storageClass`: SetStorageClass must name a storage class"],
    ),
    (
        "uploads",
        "lifecycleRules.1.action.storageClass",
        "COLDLINE",
        ["`lifecycleRules[1].action.storageClass`: Delete takes no storage class"],
    ),
    ("uploads", "lifecycleRules.1.condition", {}, ["`lifecycleRules[1].condition`: a rule needs at least one condition"]),
    (
        "uploads",
        "lifecycleRules.2.condition.numNewerVersions",
        3,
        ["`lifecycleRules[2].condition`: AbortIncompleteMultipartUpload takes age, matchesPrefixes and matchesSuffixes only"],
    ),
    ("uploads", "name", "google-uploads", ['`name`: "google-uploads" is refused: 3 to 222 of a-z 0-9 . _ -, without google']),
    ("uploads", "name", "Uploads", ['`name`: "Uploads" is refused: 3 to 222 of a-z 0-9 . _ -, without google']),
    ("uploads", "location", "mars-1", ['`location`: "mars-1" is refused: no location of Cloud Storage']),
    ("uploads", "publicAccessPrevention", "on", ['`publicAccessPrevention`: expected one of inherited, enforced, got "on"']),
    (
        "copy",
        "schedule",
        {"scheduleStartDate": {"year": 2027, "month": 1, "day": 1}},
        ["`schedule`: not with replicationSpec, which runs by itself"],
    ),
    ("copy", "replicationSpec", None, ["`transferSpec`: one of transferSpec, replicationSpec must be given"]),
    (
        "reads",
        "member",
        "ops@acme.example",
        ['`member`: "ops@acme.example" is refused: user:, serviceAccount:, group:, domain: … before an address, or allUsers'],
    ),
]
KEYS_AND_SECRETS: list[Row] = [
    ("key", "rotationPeriod", "3600s", ["`rotationPeriod`: expected 86400s to 3153600000s, got 3600s"]),
    ("key", "rotationPeriod", "90d", ['`rotationPeriod`: expected a duration in seconds such as "86400s", got "90d"']),
    ("key", "destroyScheduledDuration", "10454400s", ["`destroyScheduledDuration`: expected 86400s to 10368000s, got 10454400s"]),
    ("secret", "replication", {}, ["`replication.auto`: one of auto, userManaged must be given"]),
    (
        "secret",
        "replication",
        {"auto": {}, "userManaged": {"replicas": [{"location": "europe-west1"}]}},
        ["`replication.auto`: only one of auto, userManaged can be given, got auto and userManaged"],
    ),
    (
        "secret",
        "replication.userManaged.replicas",
        [{"location": "europe-west1"}, {"location": "europe-west1"}],
        ["`replication.userManaged.replicas`: a location stands twice"],
    ),
    (
        "secret",
        "replication.userManaged.replicas",
        [{"location": "europe-west1", "customerManagedEncryption": {"kmsKeyName": "k"}}, {"location": "europe-west3"}],
        ["`replication.userManaged.replicas`: customerManagedEncryption must be given for every location or for none"],
    ),
    ("secret", "topics", None, ["`rotation`: topics must be given with it: Secret Manager announces a rotation to a topic"]),
    ("secret", "rotation.nextRotationTime", None, ["`rotation.rotationPeriod`: nextRotationTime must be given with it"]),
    ("secret", "versionDestroyTtl", "3600s", ["`versionDestroyTtl`: expected 86400s to 86400000s, got 3600s"]),
    ("version", "secretData", None, ["`secretData`: one of secretData, secretDataWo must be given"]),
    ("version", "secretData", "x" * 65_537, ["`secretData`: at most 65536 bytes, and it has 65537"]),
]
FAILED = "conditions.0"
ABSENT = {
    "displayName": "silent",
    "conditionAbsent": {"duration": "86400s", "filter": 'metric.type="custom.googleapis.com/age" resource.type="global"'},
}
THRESHOLD = {
    "displayName": "high",
    "conditionThreshold": {"duration": "60s", "comparison": "COMPARISON_GE", "filter": 'resource.type="global"'},
}
FILTER = 'metric.type="a" resource.type="global"'
NOWHERE = {"displayName": "anywhere", "conditionAbsent": {"duration": "120s", "filter": 'metric.type="a"'}}
ALIGNED = {"perSeriesAligner": "ALIGN_MAX"}
UNEVEN = {
    "displayName": "uneven",
    "conditionThreshold": {"duration": "90s", "comparison": "COMPARISON_GT", "filter": FILTER, "aggregations": [ALIGNED]},
}
LONG = {"displayName": "long", "conditionAbsent": {"duration": "120s", "filter": FILTER + " " * 2048}}
LIMIT_ONLY = "`alertStrategy.notificationRateLimit`: only for a policy with a condition on matched logs"
WATCHES: list[Row] = [
    (
        "alert",
        "conditions",
        [ABSENT],
        [LIMIT_ONLY, "`conditions[0].conditionAbsent.duration`: expected 120s to 84600s, got 86400s"],
    ),
    (
        "alert",
        "conditions",
        [THRESHOLD],
        [
            LIMIT_ONLY,
            '`conditions[0].conditionThreshold.filter`: The filter must specify a metric: metric.type = "…"',
            '`conditions[0].conditionThreshold.comparison`: expected one of COMPARISON_GT, COMPARISON_LT, got "COMPARISON_GE"',
        ],
    ),
    (
        "alert",
        "conditions",
        [UNEVEN],
        [
            LIMIT_ONLY,
            "`conditions[0].conditionThreshold.aggregations[0].alignmentPeriod`: must be given with perSeriesAligner ALIGN_MAX",
            "`conditions[0].conditionThreshold.duration`: expected a multiple of 60s, got 90s",
        ],
    ),
    (
        "alert",
        "conditions",
        [NOWHERE],
        [LIMIT_ONLY, '`conditions[0].conditionAbsent.filter`: must specify a restriction on "resource.type" in the filter'],
    ),
    ("alert", "conditions", [LONG], [LIMIT_ONLY, "`conditions[0].conditionAbsent.filter`: at most 2048 characters, got 2086"]),
    (
        "alert",
        "alertStrategy",
        {"autoClose": "604800s"},
        ["`alertStrategy.notificationRateLimit`: required for a policy with a condition on matched logs"],
    ),
    ("alert", "conditions", [], ["`conditions`: a policy has one to six conditions, got 0", LIMIT_ONLY]),
    ("email", "labels", {}, ["`labels`: a channel of type email needs the label email_address"]),
    (
        "email",
        "type",
        "pigeon",
        [
            '`type`: expected one of email, sms, slack, pagerduty, webhook_basicauth, webhook_tokenauth, pubsub, google_chat, campfire, hipchat, cloud_mobile, got "pigeon"'
        ],
    ),
    ("monthly", "schedule", "monthly", ['`schedule`: "monthly" is refused: five fields of cron, or `every …`']),
    ("monthly", "timeZone", "Europe/Atlantis", ['`timeZone`: "Europe/Atlantis" is no time zone of the tz database']),
    (
        "monthly",
        "pubsubTarget",
        {"topicName": "projects/acme/topics/rotation", "data": "e30="},
        ["`httpTarget`: only one of httpTarget, pubsubTarget, appEngineHttpTarget can be given, got httpTarget and pubsubTarget"],
    ),
    ("monthly", "attemptDeadline", "3600s", ["`attemptDeadline`: expected 15s to 1800s, got 3600s"]),
    ("job", "template.template.containers", [], ["`template.template.containers`: at least one container must be given"]),
    ("restorer", "roleId", "restore-drill", ['`roleId`: "restore-drill" is refused: 3 to 64 letters, digits, _ and .']),
    ("drill", "accountId", "drill", ['`accountId`: "drill" is refused: 6 to 30 lower-case letters, digits and -, beginning with a letter']),
]
WINDOW = "backupRules[0].standardSchedule"
VAULTS: list[Row] = [
    (
        "vault",
        "backupMinimumEnforcedRetentionDuration",
        "3600s",
        ["`backupMinimumEnforcedRetentionDuration`: expected 86400s to 3122064000s, got 3600s"],
    ),
    ("vault", "location", "eu", ['`location`: "eu" is refused: a region: backup vaults and plans have no multi-region']),
    ("plan", "backupRules", [], ["`backupRules`: a plan needs at least one rule"]),
    (
        "plan",
        "backupRules.0.standardSchedule.backupWindow.endHourOfDay",
        4,
        [f"`{WINDOW}.backupWindow`: a window has 6 hours or more, got 3"],
    ),
    ("plan", "backupRules.0.standardSchedule.recurrenceType", "WEEKLY", [f"`{WINDOW}.daysOfWeeks`: required for WEEKLY"]),
    ("plan", "backupRules.0.standardSchedule.recurrenceType", "HOURLY", [f"`{WINDOW}.hourlyFrequency`: required for HOURLY"]),
    ("plan", "backupRules.0.standardSchedule.hourlyFrequency", 6, [f"`{WINDOW}.hourlyFrequency`: only for HOURLY, got DAILY"]),
    ("plan", "logRetentionDays", 36, ["`logRetentionDays`: expected 1 to 35, got 36"]),
    (
        "plan",
        "resourceType",
        "compute.googleapis.com/Instance",
        ["`logRetentionDays`: only for sqladmin.googleapis.com/Instance, got compute.googleapis.com/Instance"],
    ),
]
ALL = [*DATABASES, *BUCKETS, *KEYS_AND_SECRETS, *WATCHES, *VAULTS]
