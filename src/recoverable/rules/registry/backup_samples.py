"""Short Terraform for the rules about backup plans, vaults, keys and alarms."""

from __future__ import annotations

from recoverable.rules.registry.samples import resource

ROLE = "arn:aws:iam::123456789012:role/backup"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:backups"
CRON_DAILY = '"cron(0 5 ? * * *)"'


def vault(body: str = "", name: str = "main", environment: str = "prod") -> str:
    """A backup vault."""
    return resource("aws_backup_vault", name, f'name = "acme-{name}"\n{body}\ntags = {{ environment = "{environment}" }}')


def lock(body: str, name: str = "main") -> str:
    """A lock on the vault."""
    return resource("aws_backup_vault_lock_configuration", name, f"backup_vault_name = aws_backup_vault.{name}.name\n{body}")


def notifications(events: str, name: str = "main") -> str:
    """Notifications of the vault."""
    return resource(
        "aws_backup_vault_notifications",
        name,
        f'backup_vault_name = aws_backup_vault.{name}.name\nsns_topic_arn = "{TOPIC}"\nbackup_vault_events = {events}',
    )


def rule(
    body: str = "lifecycle {\n  delete_after = 30\n}", schedule: str = CRON_DAILY, name: str = "daily", target: str = '"acme-main"'
) -> str:
    """A rule of a plan; an empty ``schedule`` leaves it out."""
    timing = f"  schedule = {schedule}\n" if schedule else ""
    inner = "".join(f"  {line}\n" for line in body.strip().splitlines())
    return f'rule {{\n  rule_name = "{name}"\n  target_vault_name = {target}\n{timing}{inner}}}'


def kept(days: object, more: str = "") -> str:
    """A lifecycle that deletes backups after some days."""
    return f"lifecycle {{\n  delete_after = {days}\n  {more}\n}}"


def plan(*rules: str, name: str = "main", environment: str = "prod") -> str:
    """A backup plan."""
    tags = f'\ntags = {{ environment = "{environment}" }}' if environment else ""
    return resource("aws_backup_plan", name, f'name = "acme-{name}"\n' + "\n".join(rules or (rule(),)) + tags)


def selection(body: str, name: str = "main") -> str:
    """A selection of the plan of the same name."""
    return resource("aws_backup_selection", name, f'name = "{name}"\nplan_id = aws_backup_plan.{name}.id\niam_role_arn = "{ROLE}"\n{body}')


def restore_test(schedule: str = '"cron(0 6 1 * ? *)"') -> str:
    """A restore-testing plan with one selection."""
    return resource(
        "aws_backup_restore_testing_plan",
        "monthly",
        f'name = "monthly"\nschedule_expression = {schedule}\nrecovery_point_selection {{\n  algorithm = "LATEST_WITHIN_WINDOW"\n'
        '  include_vaults = ["*"]\n  recovery_point_types = ["SNAPSHOT"]\n}',
    ) + resource(
        "aws_backup_restore_testing_selection",
        "monthly",
        f'name = "databases"\nrestore_testing_plan_name = aws_backup_restore_testing_plan.monthly.name\nprotected_resource_type = "RDS"\n'
        f'iam_role_arn = "{ROLE}"\nprotected_resource_arns = ["*"]',
    )


def key(body: str = "", environment: str = "prod") -> str:
    """A customer-managed key that protects ``aws_backup_vault.main``."""
    return resource("aws_kms_key", "main", f'{body}\ntags = {{ environment = "{environment}" }}')


def secret(body: str = "", environment: str = "prod") -> str:
    """A secret."""
    return resource("aws_secretsmanager_secret", "main", f'name = "acme/orders"\n{body}\ntags = {{ environment = "{environment}" }}')


def failed_jobs(state: str = "ENABLED", target: bool = True) -> str:
    """An EventBridge rule that hears failed backup jobs, with a target."""
    pattern = 'event_pattern = "{\\"source\\":[\\"aws.backup\\"],\\"detail-type\\":[\\"Backup Job State Change\\"],\\"detail\\":{\\"state\\":[\\"FAILED\\"]}}"'
    out = resource("aws_cloudwatch_event_rule", "failed", f'name = "failed-backups"\nstate = "{state}"\n{pattern}')
    return out + (
        resource("aws_cloudwatch_event_target", "failed", f'rule = aws_cloudwatch_event_rule.failed.name\narn = "{TOPIC}"')
        if target
        else ""
    )
