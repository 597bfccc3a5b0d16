"""What a running account says, written as code: no provider has these types, so that only our own reader reads them."""

from __future__ import annotations

from typing import Any

from recoverable.rules.registry.samples import resource

ONLY: dict[str, Any] = {"only": ("hcl",), "why_only": "only a running account says it; here its answer is written as code"}
ORDERS = "aws_db_instance.orders"


def live(body: str, store: str = ORDERS) -> str:
    """What the account says of one store's backups."""
    return resource("audit_store", store.rpartition(".")[2], f"store = {store}.arn\n{body}")


def copies(body: str, holder: str = '"arn:aws:rds:eu-west-1:123456789012:snapshots"') -> str:
    """Recovery points or snapshots, counted."""
    return resource("audit_copies", "main", f"holder = {holder}\n{body}")


def reading(body: str) -> str:
    """What came of the calls of one action."""
    return resource("audit_reading", "databases", f'action = "rds:DescribeDBInstances"\n{body}')


def declared(body: str, name: str = "orders") -> str:
    """A store of code beside the account."""
    return resource("audit_declared", name, f'kind = "rds-instance"\nat = "main.tf:3"\n{body}')


def difference(same: str, weaker: str = "false") -> str:
    """One attribute that code writes."""
    said = 'name = "backup retention"\n  declared = "30 days"\n  live = "7 days"\n  at = "main.tf:5"'
    return f"attribute {{\n  {said}\n  same = {same}\n  weaker = {weaker}\n}}\n"
