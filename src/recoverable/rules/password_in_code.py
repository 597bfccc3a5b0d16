"""A database password is written in the code."""

from __future__ import annotations

from collections.abc import Iterator

from recoverable.model.estate import Database
from recoverable.model.finding import Answer, Severity
from recoverable.model.values import Value
from recoverable.rules.registry.answers import failed, passed, unsure_because
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
        good(
            resource("random_password", "db", "length = 20") + rds("password = random_password.db.result"),
            "unknown",
            subject="aws_db_instance.orders",
        ),
        good(
            resource("random_password", "db", "length = 20")
            + "locals {\n  password = random_password.db.result\n}\n"
            + rds("password = local.password"),
            "unknown",
            subject="aws_db_instance.orders",
        ),
        unsure(rds('password = "not-a-real-one"'), "stated", only=("preview",), why_only="the engine masks passwords in previews"),
    ),
)


def check(database: Database, context: Context) -> Iterator[Answer]:
    """A literal in the code, a variable default or a committed tfvars file; never quoted in the answer."""
    if "password" not in database.features:
        return
    value = database.password
    if value.known and value.data and not secret_from_outside(database, value):
        yield failed(
            "the password is written in the code",
            value,
            found="a password in plain text",
            wanted="no password in the code",
            fix=database.fixes.get("password", ""),
        )
    elif value.unknown and value.note.startswith("[secret]"):
        yield unsure_because(
            "a preview hides secrets, and with them where the password comes from: check the program",
            value.note,
            value,
            "no password in the code",
        )
    elif local := _only_local(database, value):
        yield unsure_because(
            "a plan does not say whether the password is written in the code: check the code", local, value, "no password in the code"
        )
    else:
        yield passed("no password is written in the code", value, found="none", wanted="no password in the code")


def _only_local(database: Database, value: Value[str]) -> str:
    """The local a known password comes from: a plan does not say what a local is made of."""
    if not value.known or not value.data or database.raw is None:
        return ""
    names = database.raw.references.get(value.path.split(".")[0], ())
    return names[0] if names and all(name.startswith("local.") for name in names) else ""
