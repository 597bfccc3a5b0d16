"""What the audit of the project with the twins should say, and what it said."""

from __future__ import annotations

from recoverable.audit.google.sweep import CODE_ONLY
from recoverable.rules.registry.load import load_rules
from tests.audit.conftest import Run
from tests.audit.google.database_twins import DATABASE_TWINS
from tests.audit.google.twins import TWINS

OF_CODE = {item.rule.id for item in load_rules() if item.rule.name in CODE_ONLY}
KMS = "//cloudkms.googleapis.com/projects/acme-prod/locations/europe-west1/keyRings/main/cryptoKeys"


def address(name: str) -> str:
    """What the project calls a twin."""
    if name.startswith("secret-"):
        return f"//secretmanager.googleapis.com/projects/acme-prod/secrets/{name}"
    if name.startswith("alloy-"):
        return f"//alloydb.googleapis.com/projects/acme-prod/locations/europe-west1/clusters/{name}"
    if name.startswith("spanner-"):
        return f"//spanner.googleapis.com/projects/acme-prod/instances/{name}/databases/{name}"
    if name.startswith("fire-"):
        return f"//firestore.googleapis.com/projects/acme-prod/databases/{name}"
    if name.startswith("data_"):
        return f"//bigquery.googleapis.com/projects/acme-prod/datasets/{name}"
    if name.startswith("sql-"):
        return f"//cloudsql.googleapis.com/projects/acme-prod/instances/{name}"
    return f"//storage.googleapis.com/{name}" if name.startswith("bucket-") else f"{KMS}/{name}"


SEEDED = {address(twin.name): set(twin.wrong | twin.only_live) for twin in (*TWINS, *DATABASE_TWINS) if twin.wrong or twin.only_live}
SEEDED[""] = {"RCV156"}
"""Of the whole run: Firestore databases have no labels, so that nobody owns them unless the standard says who."""


def unknown(run: Run) -> set[tuple[str, str]]:
    """Rule and what was found, of all that is not known."""
    return {(item["rule"], item["found"]) for item in run.results if item["verdict"] == "unknown"}
