"""The recoverable.toml that ``recoverable init`` writes: the built-in numbers, said out loud."""

from __future__ import annotations

import datetime

from recoverable.init.origin import Origin
from recoverable.standard.source import FILE_NAME

FILE = FILE_NAME
_TEXT = """\
# The backup standard of this repository. These are the built-in numbers; change them to yours.
# `recoverable standard` prints what holds and where it comes from. A longer example with every key: recoverable.toml in
# recoverable's own repository.

# The version of this format.
schema = 1

# When somebody last went through these numbers. After 12 months the review is overdue.
reviewed = {today}

# The least severity that fails a run: critical, high, medium, low or advice.
fail_on = "medium"

# How the environment of a store is found, first answer wins: --environment, stack configuration, tag or label, stack or
# workspace name, variables, folder. Where none says it, the strictest numbers hold.
[environments.prod]
# Automated backups are kept at least so long.
backup_retention_days = {prod}
# How far back point-in-time recovery reaches.
pitr_window_days = {pitr}
# How much data a failure may cost, and how long a restore may take (the latter binds critical stores).
rpo_minutes = {rpo}
rto_minutes = {rto}
# How often a restore is tested.
restore_test = "monthly"
second_region = true
multi_zone = true
# Who answers for stores that name nobody.
#owner = "platform-team"

[environments.staging]
backup_retention_days = {staging}

[environments.dev]
backup_retention_days = {dev}

# A rule may be broken for a reason, by an owner, until a day.
#[[waivers]]
#rule = "retention-too-short"
#address = "aws_db_instance.reporting"
#reason = "rebuilt nightly from the warehouse"
#owner = "data-team"
#until = 2027-01-31
"""


def standard_text(origin: Origin | None, today: datetime.date) -> str:
    """The whole file, with a pointer for editors where the schema has an address."""
    from recoverable.standard.load import built_in

    standard = built_in()
    prod, staging, dev = (standard.settings(name, "") for name in ("prod", "staging", "dev"))
    head = (
        f"#:schema {origin.schema}\n"
        if origin and origin.schema
        else "# `recoverable standard --schema` prints a JSON Schema for editors.\n"
    )
    return head + _TEXT.format(
        today=today.isoformat(),
        prod=prod["backup_retention_days"].value,
        staging=staging["backup_retention_days"].value,
        dev=dev["backup_retention_days"].value,
        pitr=prod["pitr_window_days"].value,
        rpo=prod["rpo_minutes"].value,
        rto=prod["rto_minutes"].value,
    )
