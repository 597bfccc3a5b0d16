"""What the catalogs of a database say, as plain facts that can be written down and compared as sets.

Names of objects and roles only: no row, no password, no value of a setting, no source of a function.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from recoverable.drill.reading.sessions import Session

Facts = dict[str, list[str]]
"""Sorted texts by object."""

# Objects of the user: not the system's, not those that belong to an extension.
_OWN = "n.nspname NOT IN ('information_schema', 'pg_catalog') AND n.nspname NOT LIKE 'pg\\_%%' AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = '{catalog}'::regclass AND d.objid = {oid} AND d.deptype = 'e')"
_KIND = (
    "CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'"
    " WHEN 'S' THEN 'sequence' WHEN 'f' THEN 'foreign table' ELSE 'index' END"
)
_FUNCTION = "'function ' || n.nspname || '.' || p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')'"

# Object, owner, its privileges (the defaults where none are written down) in the form of aclexplode.
_OWNED = f"""
SELECT {_KIND} || ' ' || n.nspname || '.' || c.relname AS object, c.relowner AS owner,
       coalesce(c.relacl, acldefault(CASE c.relkind WHEN 'S' THEN 's'::"char" ELSE 'r'::"char" END, c.relowner)) AS acl
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND c.relpersistence <> 't' AND {_OWN.format(catalog="pg_class", oid="c.oid")}
UNION ALL
SELECT 'column ' || n.nspname || '.' || c.relname || '.' || a.attname, c.relowner, a.attacl
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE a.attacl IS NOT NULL AND NOT a.attisdropped AND {_OWN.format(catalog="pg_class", oid="c.oid")}
UNION ALL
SELECT {_FUNCTION}, p.proowner, coalesce(p.proacl, acldefault('f', p.proowner))
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {_OWN.format(catalog="pg_proc", oid="p.oid")}
UNION ALL
SELECT 'schema ' || n.nspname, n.nspowner, coalesce(n.nspacl, acldefault('n', n.nspowner))
FROM pg_namespace n WHERE {_OWN.format(catalog="pg_namespace", oid="n.oid")}
UNION ALL
SELECT 'foreign server ' || s.srvname, s.srvowner, coalesce(s.srvacl, acldefault('S', s.srvowner)) FROM pg_foreign_server s
UNION ALL
SELECT 'database', b.datdba, coalesce(b.datacl, acldefault('d', b.datdba)) FROM pg_database b WHERE b.datname = current_database()
UNION ALL
SELECT 'default privileges of ' || pg_get_userbyid(f.defaclrole) || coalesce(' in ' || n.nspname, '') || ' for ' || f.defaclobjtype::text,
       f.defaclrole, f.defaclacl
FROM pg_default_acl f LEFT JOIN pg_namespace n ON n.oid = f.defaclnamespace
"""  # noqa: S608 - constants of this module
_OWNERS = f"SELECT o.object, pg_get_userbyid(o.owner)::text FROM ({_OWNED}) o WHERE o.object NOT LIKE 'column %%' AND o.object NOT LIKE 'default privileges %%'"  # noqa: S608 - as above
_GRANTS = f"""
SELECT o.object, x.privilege_type || ' to ' || CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(x.grantee)::text END
       || CASE WHEN x.is_grantable THEN ' with grant option' ELSE '' END
FROM ({_OWNED}) o CROSS JOIN LATERAL aclexplode(o.acl) x WHERE x.grantee <> o.owner
"""  # noqa: S608 - as above
_OBJECTS = f"""
SELECT {_KIND} || ' ' || n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'i', 'I') AND c.relpersistence <> 't' AND {_OWN.format(catalog="pg_class", oid="c.oid")}
UNION ALL
SELECT 'constraint ' || k.conname || ' of ' || n.nspname || '.' || c.relname
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE k.contype <> 'n' AND {_OWN.format(catalog="pg_class", oid="c.oid")}
UNION ALL
SELECT 'trigger ' || t.tgname || ' of ' || n.nspname || '.' || c.relname
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT t.tgisinternal AND {_OWN.format(catalog="pg_class", oid="c.oid")}
UNION ALL
SELECT 'policy ' || y.polname || ' of ' || n.nspname || '.' || c.relname
FROM pg_policy y JOIN pg_class c ON c.oid = y.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
UNION ALL
SELECT {_FUNCTION} FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE {_OWN.format(catalog="pg_proc", oid="p.oid")}
"""  # noqa: S608 - as above
_ROLES = """
SELECT r.rolname::text, array_remove(ARRAY[
    CASE WHEN r.rolsuper THEN 'superuser' END, CASE WHEN r.rolinherit THEN 'inherit' END, CASE WHEN r.rolcreaterole THEN 'createrole' END,
    CASE WHEN r.rolcreatedb THEN 'createdb' END, CASE WHEN r.rolcanlogin THEN 'login' END, CASE WHEN r.rolreplication THEN 'replication' END,
    CASE WHEN r.rolbypassrls THEN 'bypassrls' END], NULL)
    || ARRAY(SELECT 'member of ' || pg_get_userbyid(m.roleid) FROM pg_auth_members m WHERE m.member = r.oid ORDER BY 1)
FROM pg_roles r WHERE r.rolname NOT LIKE 'pg\\_%%' ORDER BY 1
"""
_INVALID = """
SELECT n.nspname || '.' || x.relname FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_namespace n ON n.oid = x.relnamespace
WHERE NOT (i.indisvalid AND i.indisready AND i.indislive) AND x.relpersistence <> 't' ORDER BY 1
"""
_UNLOGGED = """
SELECT n.nspname::text, c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence = 'u' ORDER BY 1, 2
"""


def roles(opened: Session) -> Facts:
    """Attributes and memberships by role; PostgreSQL's own roles are left out."""
    return {str(name): sorted(attributes) for name, attributes in _all(opened, _ROLES)}


def owners(opened: Session) -> dict[str, str]:
    """The owner of each object of this database."""
    return {str(name): str(owner) for name, owner in _all(opened, _OWNERS)}


def grants(opened: Session) -> Facts:
    """Privileges by object, but for the owner's own; those that hold by default are written out."""
    found: dict[str, set[str]] = {}
    for name, privilege in _all(opened, _GRANTS):
        found.setdefault(str(name), set()).add(str(privilege))
    return {name: sorted(found[name]) for name in sorted(found)}


def objects(opened: Session) -> list[str]:
    """Relations, constraints, triggers, policies and functions of the user, by kind and name."""
    return sorted({str(row[0]) for row in _all(opened, _OBJECTS)})


def extensions(opened: Session) -> dict[str, str]:
    """Versions by extension."""
    return {str(name): str(version) for name, version in _all(opened, "SELECT extname::text, extversion FROM pg_extension ORDER BY 1")}


def invalid_indexes(opened: Session) -> list[str]:
    """Indexes that PostgreSQL does not use (left behind by CREATE INDEX CONCURRENTLY, say)."""
    return [str(row[0]) for row in _all(opened, _INVALID)]


def unlogged_tables(opened: Session) -> list[tuple[str, str]]:
    """Schema and name of tables that are empty after a crash and in every physical backup."""
    return [(str(schema), str(name)) for schema, name in _all(opened, _UNLOGGED)]


def _all(opened: Session, query: str) -> list[tuple[Any, ...]]:
    return opened.execute(query.replace("%%", "%")).fetchall()
