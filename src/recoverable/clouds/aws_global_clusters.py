"""Global databases: clusters in several regions that hold the same data.

A member names its group by ``global_cluster_identifier`` (or ``multi_region_cluster_name``); the cluster that a group was made of is named by
the group instead, as ``source_db_cluster_identifier``.
https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/rds_global_cluster
"""

from __future__ import annotations

from recoverable.clouds.common import apart
from recoverable.clouds.index import Index
from recoverable.model.raw import RawResource
from recoverable.model.values import Value, absent, stated, unknown

GROUPS = {
    "aws_rds_cluster": "aws_rds_global_cluster",
    "aws_docdb_cluster": "aws_docdb_global_cluster",
    "aws_neptune_cluster": "aws_neptune_global_cluster",
}
IDENTIFIER, SOURCE = "global_cluster_identifier", "source_db_cluster_identifier"


def global_member(index: Index, raw: RawResource, attribute: str = IDENTIFIER) -> Value[bool]:
    """Whether another cluster of the same type is in the same group, in another region."""
    group, doubt = _group(index, raw, attribute)
    answer: Value[bool] = unknown(doubt, attribute, raw.where) if doubt else absent(attribute, raw.where)
    members = index.memo(("members", raw.type, attribute), lambda: _members(index, raw.type, attribute))
    for _, other in sorted({number: item for name in group for number, item in members.get(name, ())}.items()):
        if other.address == raw.address:
            continue
        away = apart(raw, other)
        if away.is_true:
            return stated(True, attribute, other.where, f"global database with {other.address}")
        if away.unknown:
            answer = unknown(f"{other.address}: {away.note}", attribute, other.where)
    return answer


def _group(index: Index, raw: RawResource, attribute: str) -> tuple[set[str], str]:
    """The names and addresses of its group, and why it may be in one that is not known."""
    mine = raw.raw(attribute)
    if mine not in (None, ""):
        return {ref.address for ref in raw.refs(attribute)} or {str(mine)}, ""
    if raw.type not in GROUPS or attribute != IDENTIFIER:
        return set(), ""
    founded = index.companions(raw, GROUPS[raw.type], SOURCE, ("cluster_identifier",))
    return {name for item in founded.found for name in _names(item)}, "" if index.partial else founded.doubt


def _members(index: Index, kind: str, attribute: str) -> dict[str, list[tuple[int, RawResource]]]:
    """Clusters, numbered in order, by the address or name of every group they may be in."""
    found: dict[str, list[tuple[int, RawResource]]] = {}
    for number, item in enumerate(index.of_type(kind)):
        for name in _group(index, item, attribute)[0] or {str(item.raw(attribute))}:
            found.setdefault(name, []).append((number, item))
    return found


def _names(group: RawResource) -> set[str]:
    name = group.attrs.get(IDENTIFIER)
    return {group.address} | ({name} if isinstance(name, str) else set())
