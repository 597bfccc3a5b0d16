"""Names, versions and sizes of a Postgres: what the provider would refuse half-way through a deployment is refused before it."""

import re
from typing import TYPE_CHECKING

from recoverable.components.base import Component
from recoverable.components.bucket_checks import whole
from recoverable.components.postgres_plan import NAMES, PostgresEngine

if TYPE_CHECKING:
    from recoverable.components.postgres import PostgresArgs

NAME = re.compile(r"[a-z](?:-?[a-z0-9])*")
DATABASE = re.compile(r"[a-z][a-z0-9_]{0,62}")
OLDEST, NEWEST = 13, 18
RESERVED_USERS = ("admin", "rdsadmin", "rds_superuser")
"""Users that RDS keeps for itself."""
PLUS_TIERS = ("db-perf-optimized-", "db-memory-optimized-", "db-c4a-")
"""Machine types of Enterprise Plus: https://cloud.google.com/sql/docs/postgres/editions-intro"""
SIZES = {PostgresEngine.RDS: "db.t4g.medium", PostgresEngine.AURORA: "db.t4g.medium", PostgresEngine.CLOUDSQL: "db-custom-2-8192"}
CLASS = re.compile(r"db\.(serverless|[a-z][a-z0-9-]*\.[a-z0-9]+)")
TIER = re.compile(r"db-[A-Za-z0-9]+(-[A-Za-z0-9]+)*")
SMALLEST_GB, LARGEST_GB = 20, 65536


def check_names(component: Component, given: "PostgresArgs") -> None:
    """The component's name becomes part of identifiers; an identifier is used as it is."""
    if len(component.short) > 40 or not NAME.fullmatch(component.short):
        component.refuse(
            "name",
            component.short,
            "lower-case letters, digits and single dashes, beginning with a letter, 40 at most",
            "The server's and its last snapshot's names are made from it.",
        )
    if given.identifier is not None and (len(given.identifier) > 63 or not NAME.fullmatch(given.identifier)):
        component.refuse(
            "identifier",
            given.identifier,
            "lower-case letters, digits and single dashes, beginning with a letter, 63 at most",
            "The cloud takes no other.",
        )
    if given.import_id == "":
        component.refuse("import_id", "", "the identifier of an existing server", "Nothing would be adopted, and a new one made.")
    if given.identifier is not None and given.import_id is not None and given.identifier != given.import_id:
        component.refuse("identifier", given.identifier, f"leave it out, or {given.import_id}", "The adopted server would be replaced.")


def version_of(component: Component, given: str | None, engine: PostgresEngine) -> str:
    """The version; a full one only where the cloud takes it."""
    version = given or "17"
    if engine is PostgresEngine.CLOUDSQL and "." in version:
        component.refuse("version", version, "the major version alone on Cloud SQL", "Google chooses the minor one.")
    found = re.fullmatch(r"(\d{1,2})(\.\d{1,2})?", version)
    if found is None or not OLDEST <= int(found[1]) <= NEWEST:
        component.refuse("version", version, f"a version of PostgreSQL from {OLDEST} to {NEWEST}, such as 17", "Others are not offered.")
    return version


def database_of(component: Component, given: str | None) -> str:
    """Name of the first database."""
    name = component.short.replace("-", "_") if given is None else given
    if not DATABASE.fullmatch(name):
        component.refuse("database", name, "lower-case letters, digits and _, beginning with a letter, 63 at most", "Others need quoting.")
    return name


def username_of(component: Component, given: str | None) -> str:
    """The master user."""
    name = "postgres" if given is None else given
    if name in RESERVED_USERS or not DATABASE.fullmatch(name):
        component.refuse(
            "username",
            name,
            f"lower-case letters, digits and _, beginning with a letter, and none of {', '.join(RESERVED_USERS)}",
            "RDS refuses it.",
        )
    return name


def storage_of(component: Component, given: "PostgresArgs", engine: PostgresEngine) -> tuple[int, int]:
    """Size of the disk in GB, and how far it may grow. (0, 0) on Aurora."""
    if engine is PostgresEngine.AURORA:
        for field in ("storage_gb", "max_storage_gb"):
            if getattr(given, field) is not None:
                component.refuse(field, getattr(given, field), "leave it out on Aurora", "Its storage grows by itself.")
        return 0, 0
    size = SMALLEST_GB if given.storage_gb is None else given.storage_gb
    whole(component, "storage_gb", size, SMALLEST_GB, LARGEST_GB, "Smaller or larger disks are not offered.")
    most = min(5 * size, LARGEST_GB) if given.max_storage_gb is None else given.max_storage_gb
    whole(component, "max_storage_gb", most, size, LARGEST_GB, "A database whose disk is full stops, and its backups with it.")
    return size, most


def size_of(component: Component, given: str | None, engine: PostgresEngine) -> str:
    """The instance class or tier; refused where it is not written as one. Which of them a region has only the cloud knows."""
    size = SIZES[engine] if given is None else given
    google = engine is PostgresEngine.CLOUDSQL
    if not (TIER if google else CLASS).fullmatch(size):
        what = "a machine type" if google else "an instance class"
        component.refuse("size", size, f"{what} such as {SIZES[engine]}", f"{NAMES[engine]} has no other.")
    return size


def edition_of(component: Component, given: "PostgresArgs", engine: PostgresEngine) -> str:
    """The edition of Cloud SQL, by the machine type where it is not given. "" on AWS."""
    if engine is not PostgresEngine.CLOUDSQL:
        return ""
    plus = (given.size or "").startswith(PLUS_TIERS)
    edition = given.edition or ("ENTERPRISE_PLUS" if plus else "ENTERPRISE")
    if edition not in ("ENTERPRISE", "ENTERPRISE_PLUS"):
        component.refuse("edition", edition, "ENTERPRISE or ENTERPRISE_PLUS", "There is no other.")
    if plus is not (edition == "ENTERPRISE_PLUS"):
        component.refuse(
            "size",
            given.size,
            "a machine type such as db-perf-optimized-N-2" if edition == "ENTERPRISE_PLUS" else "a machine type such as db-custom-2-8192",
            f"Edition {edition} takes no other.",
        )
    return edition
