"""A key can be gone sooner than the backups it protects."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Key
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.answers import cannot_tell, days, failed, passed, say_origin
from recoverable.rules.registry.backup_samples import key, vault
from recoverable.rules.registry.plan_questions import protected_by
from recoverable.rules.registry.questions import severity_here
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, UNKNOWN_NUMBER, cloudsql, resource

MAXIMUM = {"kms-key": 30, "gcp-kms-key": 120}
MAIN = "aws_kms_key.main"


def protecting(body: str, environment: str = "prod") -> str:
    """A key that a vault is encrypted with."""
    return key(body, environment) + vault("kms_key_arn = aws_kms_key.main.arn", environment=environment)


LONG = "[environments.prod]\nbackup_retention_days = 200\n"


def sql_key(days: int) -> str:
    """A Cloud KMS key that a database is encrypted with."""
    body = f'name = "main"\nkey_ring = "projects/acme/locations/europe-west1/keyRings/main"\ndestroy_scheduled_duration = "{days * 86400}s"'
    return resource("google_kms_crypto_key", "main", body) + cloudsql(body="encryption_key_name = google_kms_crypto_key.main.id")


RULE = Rule(
    id="RCV120",
    name="key-deletion-window-too-short",
    title="A deleted key can be recovered as long as the backups it protects are kept",
    severity=Severity.MEDIUM,
    applies_to=Key,
    why="Without its key a backup is noise. The deletion window is the time in which somebody can notice.",
    facts=(
        (
            "deletion_window_in_days is 7 to 30, default 30; a key that waits for its deletion cannot be used, but the deletion can be cancelled.",
            "https://docs.aws.amazon.com/kms/latest/cryptographic-details/key-deletion.html",
        ),
    ),
    examples=(
        good(protecting("deletion_window_in_days = 30"), subject=MAIN),
        bad(protecting("deletion_window_in_days = 29"), subject=MAIN),
        bad(protecting("deletion_window_in_days = 13", "dev"), subject=MAIN),
        good(protecting("deletion_window_in_days = 14", "dev"), subject=MAIN),
        good(protecting(""), "absent", subject=MAIN),
        good(protecting("deletion_window_in_days = null"), "default", subject=MAIN),
        unsure(LATER + protecting(f"deletion_window_in_days = {UNKNOWN_NUMBER}"), subject=MAIN),
        good(protecting("deletion_window_in_days = 30"), subject=MAIN, standard=LONG),
        bad(protecting("deletion_window_in_days = 29"), subject=MAIN, standard=LONG),
        good(sql_key(120), subject="google_kms_crypto_key.main", standard=LONG),
        bad(sql_key(119), subject="google_kms_crypto_key.main", standard=LONG),
        bad(protecting("deletion_window_in_days = 14") + vault("kms_key_arn = aws_kms_key.main.arn", "scratch", "dev"), subject=MAIN),
        bad(protecting("deletion_window_in_days = 29") + key("deletion_window_in_days = 30").replace('"main"', '"other"')),
    ),
    per_store=False,
    demand="backup_retention_days",
)


def check(key: Key, context: Context) -> Iterator[Answer]:
    """Asked of keys that protect a store or vault; KMS waits 30 days at most, so no more is demanded."""
    if not key.protects or key.deletion_days.absent:
        return
    protected = protected_by(key, context)
    retention = max((context.demands_of(item).backup_retention_days.value for item in protected), default=0)
    need = min(retention, MAXIMUM.get(key.kind, 30))
    value, wanted = key.deletion_days, f"at least {need} days"
    if value.unknown:
        yield cannot_tell("How long a deleted key can be recovered", value, wanted)
    elif (value.data or 0) >= need:
        yield passed(f"a deleted key can be recovered for {days(value)}", value, days(value), wanted)
    else:
        yield failed(
            f"the key is gone {days(value)} after its deletion{say_origin(value)}, what it protects ({key.protects[0]}) is kept {retention}",
            value,
            found=days(value),
            wanted=wanted,
            fix=key.fixes.get("deletion", "").format(need=need),
            severity=severity_here(context, RULE.severity),
        )
