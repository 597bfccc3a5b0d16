"""Only Terraform refuses to delete the database; everyone else can."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Database
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.questions import is_original, must_be_on
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import LATER, UNKNOWN_FLAG, cloudsql, rds, resource


def spanner(body: str = "") -> str:
    """A Spanner database."""
    return resource("google_spanner_database", "orders", f'instance = "main"\nname = "orders"\n{body}')


RULE = Rule(
    id="RCV031",
    name="api-deletion-protection-off",
    title="The cloud itself refuses to delete the database",
    severity=Severity.LOW,
    applies_to=Database,
    why="deletion_protection stops Terraform alone; the console, gcloud and a stolen key delete the database all the same.",
    facts=(
        (
            "settings.deletion_protection_enabled guards a Cloud SQL instance across all surfaces and is false by default; the top-level deletion_protection only guards it from Terraform.",
            "https://registry.terraform.io/providers/hashicorp/google/latest/docs/resources/sql_database_instance",
        ),
        (
            "enable_drop_protection guards a Spanner database and its instance in all interfaces and is false by default.",
            "https://registry.terraform.io/providers/hashicorp/google/latest/docs/resources/spanner_database",
        ),
    ),
    examples=(
        good(cloudsql("deletion_protection_enabled = true")),
        bad(cloudsql("deletion_protection_enabled = false")),
        bad(cloudsql(), "absent"),
        bad(cloudsql(body="deletion_protection = true"), "default"),
        good(spanner("enable_drop_protection = true")),
        bad(spanner(), "default"),
        unsure(LATER + cloudsql(f"deletion_protection_enabled = {UNKNOWN_FLAG}"), subject="google_sql_database_instance.orders"),
        good(cloudsql("deletion_protection_enabled = true") + rds()),
    ),
)


def check(database: Database, context: Context) -> Iterator[Answer]:
    """Asked where the cloud has a protection of its own beside the provider's."""
    if "api-deletion-protection" not in database.features or not is_original(database):
        return
    yield must_be_on(
        database.api_deletion_protection,
        "deletion protection in the cloud's own API",
        "only Terraform would refuse to delete it" if database.deletion_protection.is_true else "anyone with access can delete it",
    )
