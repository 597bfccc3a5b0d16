"""A database password is written in the code."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Database
from recoverable.model.finding import Answer, Severity
from recoverable.rules.registry.answers import failed, passed
from recoverable.rules.registry.questions import secret_from_outside
from recoverable.rules.registry.rule import Context, Rule, bad, good, unsure
from recoverable.rules.registry.samples import aurora, rds, resource

RULE = Rule(
    id="RCV016",
    name="password-in-code",
    title="No password is written in the code",
    severity=Severity.HIGH,
    applies_to=Database,
    why="Whoever reads the repository, its history or a plan has the database; and a restore from an old commit brings the old password back.",
    facts=(
        (
            "manage_master_user_password keeps the password in Secrets Manager; password_wo never reaches state.",
            "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/db_instance",
        ),
    ),
    examples=(
        good(rds("manage_master_user_password = true")),
        bad(rds('password = "not-a-real-one"'), only=("hcl", "plan"), why_only="the engine masks passwords in previews"),
        good(rds(), "absent"),
        good(aurora(), "default"),
        good(resource("random_password", "db", "length = 20") + rds("password = random_password.db.result"), "unknown", subject="aws_db_instance.orders"),
    ),
)


def check(database: Database, context: Context) -> Iterator[Answer]:
   """A literal in the code, a variable default or a committed tfvars file; never quoted in the answer."""
   if "password" not in database.features:
       return
   value = database.password
   if value.known and value.data and not secret_from_outside(database, value):
       yield failed("the password is written in the code", value, found="a password in plain text", wanted="no password in the code", fix=database.fixes.get("password", ""))
   else:
       yield passed("no password is written in the code", value, found="none", wanted="no password in the code")
