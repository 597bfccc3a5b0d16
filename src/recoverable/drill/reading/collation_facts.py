"""Versions of collations: what an index was sorted by, and what this machine sorts by."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from recoverable.drill.reading.sessions import Session

VERSION_OF_DATABASES = 150000
"""From this version on a database has a collation version of its own."""
_DATABASE = """
SELECT datcollversion, pg_database_collation_actual_version(oid) FROM pg_database WHERE datname = current_database()
"""
# Only collations that an index or a column of the database uses; hundreds of ICU's lie in every catalog.
_USED = """
SELECT n.nspname || '.' || c.collname, c.collversion, pg_collation_actual_version(c.oid)
FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace
WHERE c.collprovider <> 'd' AND (
    c.oid IN (SELECT unnest(i.indcollation::oid[]) FROM pg_index i)
    OR c.oid IN (SELECT a.attcollation FROM pg_attribute a JOIN pg_class r ON r.oid = a.attrelid WHERE r.oid >= 16384 AND NOT a.attisdropped))
ORDER BY 1
"""

DEFAULT = "default"
"""The name under which the database's own collation is written down."""


def collations(opened: Session) -> dict[str, dict[str, Any]]:
    """By name: the version that the catalog has ``recorded``, and the ``actual`` one of this machine; None where there is none."""
    rows = list(opened.execute(_USED).fetchall())
    if opened.info.server_version >= VERSION_OF_DATABASES:
        rows += [(DEFAULT, *row) for row in opened.execute(_DATABASE).fetchall()]
    return {str(name): {"recorded": recorded, "actual": actual} for name, recorded, actual in rows}
