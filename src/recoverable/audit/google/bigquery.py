"""BigQuery datasets: how far back their time travel reaches, and their key (https://cloud.google.com/bigquery/docs/reference/rest/v2/datasets)."""

from __future__ import annotations

from functools import partial

from recoverable.audit.google.keys import Keys
from recoverable.audit.google.projects import Project
from recoverable.audit.resources import Found
from recoverable.audit.web.client import Json
from recoverable.audit.web.resources import raw, snake, table
from recoverable.audit.web.sweep import Task
from recoverable.clouds.gcp_other_databases import DATASET

NOBODYS = "recoverable_audit_asks_whether_it_may_look"
"""A dataset that nobody has. Google lists those alone that one may see, and does not say that it left others out; of this one it says that it is not
there to whoever may see every dataset of the project, and denies it to others (``bigquery.datasets.get denied on dataset … (or it may not exist)``)."""
HOLDS_NOTHING = frozenset({"LINKED", "EXTERNAL"})
"""Datasets that only show what lies elsewhere."""


def read_datasets(project: Project, found: Found, keys: Keys) -> list[Task]:
    """Every dataset that is listed, and whether the list may be whole; gives the tasks that ask for each."""
    listed = project.pages("bigquery", "datasets", query={"maxResults": "1000"}, project=project.account)
    if listed.gap is None:
        project.one("bigquery", "dataset", "the project", project=project.account, dataset=NOBODYS)
    own = [item for item in listed if item.get("type") not in HOLDS_NOTHING]
    return [partial(_read, project, found, keys, str(table(item.get("datasetReference"))["datasetId"])) for item in own]


def _read(project: Project, found: Found, keys: Keys, dataset: str) -> None:
    """One that was deleted meanwhile is none; of one that may not be read nothing is known but that it is there."""
    item = project.one("bigquery", "dataset", dataset, project=project.account, dataset=dataset)
    if item is None:
        return
    name = f"projects/{project.account}/datasets/{dataset}"
    address = f"//bigquery.googleapis.com/{name}"
    told: Json = {"id": address, "name": name, "dataset_id": dataset, "project": project.account}
    if not isinstance(item, dict):
        found.add(raw(DATASET, address, **told, max_time_travel_hours=item, default_encryption_configuration=item))
        return
    encryption, hours = table(item.get("defaultEncryptionConfiguration")), item.get("maxTimeTravelHours")
    keys.use(encryption.get("kmsKeyName"))
    found.add(
        raw(
            DATASET,
            address,
            **told,
            location=item.get("location"),
            labels=table(item.get("labels")),
            max_time_travel_hours=int(hours) if hours is not None else None,
            default_encryption_configuration=[snake(encryption)] if encryption else None,
        )
    )
