"""No copy of a database's backups lies in a second region where the standard demands one."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Database
from recoverable.model.finding import Answer, Severity
from recoverable.model.regions import different_regions
from recoverable.model.values import Value
from recoverable.rules.registry.answers import cannot_tell, failed, passed
from recoverable.rules.registry.backup_samples import kept, plan, selection
from recoverable.rules.registry.backup_samples import rule as plan_rule
from recoverable.rules.registry.questions import is_original
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, aurora, rds, resource


def replicated(where: str) -> str:
    """An instance in eu-west-1 whose automated backups are replicated as ``where`` says."""
    return (
        'provider "aws" {\n  region = "eu-west-1"\n}\n\nprovider "aws" {\n  alias  = "far"\n  region = "eu-central-1"\n}\n\n'
        + rds("backup_retention_period = 30")
        + resource("aws_db_instance_automated_backups_replication", "far", f"source_db_instance_arn = aws_db_instance.orders.arn\n{where}")
    )


def copied(target: str) -> str:
    """An instance in eu-west-1 that a plan selects whose rule copies to a vault."""
    copying = plan(plan_rule(kept(30) + f"\ncopy_action {{\n  destination_vault_arn = {target}\n}}"))
    return 'provider "aws" {\n  region = "eu-west-1"\n}\n\n' + rds() + copying + selection("resources = [aws_db_instance.orders.arn]")


RULE = Rule(
    id="RCV015",
    name="no-second-region-copy",
    title="Backups have a copy in a second region, where the standard demands it",
    severity=Severity.MEDIUM,
    applies_to=Database,
    why="The loss of a region, or of the account's access to it, takes the database and all its backups at once.",
    facts=(
        (
            "RDS replicates automated backups to another region with aws_db_instance_automated_backups_replication, which is created in the destination region.",
            "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ReplicateBackups.html",
        ),
        (
            "Aurora has no such replication: AWS Backup copies or a global database serve.",
            "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ReplicateBackups.html",
        ),
    ),
    examples=(
        good(replicated("provider = aws.far"), subject="aws_db_instance.orders"),
        bad(replicated(""), subject="aws_db_instance.orders"),
        bad(rds(), "absent"),
        bad(
            rds()
            + resource(
                "aws_db_instance", "reader", 'instance_class = "db.t4g.micro"\nreplicate_source_db = aws_db_instance.orders.identifier'
            ),
            "absent",
            subject="aws_db_instance.orders",
        ),
        bad(aurora(), "default"),
        unsure(LATER + replicated("region = terraform_data.later.id"), subject="aws_db_instance.orders"),
        good(replicated("provider = aws.far") + rds(environment="dev", name="scratch")),
        good(copied('"arn:aws:backup:eu-central-1:123456789012:backup-vault:copies"'), subject="aws_db_instance.orders"),
        unsure(LATER + copied("terraform_data.later.id"), subject="aws_db_instance.orders"),
    ),
    demand="second_region",
)


def check(database: Database, context: Context) -> Iterator[Answer]:
    """A backup plan that copies to a vault in another region counts."""
    if not context.demands.second_region.value or "second-region" not in database.features or not is_original(database):
        return
    doubt: Value[bool] | None = None
    for rule in database.plans:
        for region in rule.copy_regions:
            apart = different_regions(database.region, region)
            if apart.is_true:
                yield passed(
                    f"backup plan {rule.plan} copies to {region.data}", region, found=str(region.data), wanted="a copy in a second region"
                )
                return
            doubt = apart if apart.unknown else doubt
    own = database.second_region
    if own.is_true:
        yield passed(f"there is a copy in a second region: {own.note}", own, found=own.note, wanted="a copy in a second region")
    elif own.unknown or doubt is not None:
        yield cannot_tell("Whether there is a copy in a second region", doubt or own, "a copy in a second region")
    else:
        yield failed(
            "no copy of its backups lies in a second region",
            own,
            found="none",
            wanted="a copy in a second region",
            fix=database.fixes.get("second-region", ""),
        )
