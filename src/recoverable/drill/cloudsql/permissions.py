"""What the drill's identity must be allowed to do on the project, as a custom role: the calls that a drill makes, and nothing more.

A test holds the list against the calls that whole drills make. Which permission a call asks for: the Admin API's pages of its methods.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recoverable.drill.cloudsql.settings import CLONE, IAM, PASSWORD, RETAINED, RETAINED_CLONE

Json = dict[str, Any]
DATABASES = "cloudsql.databases.list"
"""Of a deleted instance nobody can ask for them."""
LOOKING = ("cloudsql.backupRuns.list", DATABASES, "cloudsql.instances.get", "cloudsql.instances.list")
CHANGING = ("cloudsql.instances.delete", "cloudsql.instances.update")
OF_LOGIN = {PASSWORD: "cloudsql.users.update", IAM: "cloudsql.instances.login"}
CLONING = ("cloudsql.instances.clone",)
"""Of the source, or, for the negative control, of a copy that was made from a backup."""
RESTORING = ("cloudsql.backupRuns.get", "cloudsql.instances.create", "cloudsql.instances.restoreBackup", *CLONING)


def role(settings: Mapping[str, Any], account: str = "") -> Json:
    """The role for one store, as ``gcloud iam roles create --file`` takes it. ``account`` says nothing here: a role belongs to a project."""
    form = settings["restore"]
    own = CLONING if form in (CLONE, RETAINED_CLONE) else RESTORING
    looking = [each for each in LOOKING if form not in RETAINED or each != DATABASES]
    return {
        "title": "recoverable: restore drills",
        "description": "Clone or restore a Cloud SQL instance, look at the copy, delete it. Bind it with a condition on the name prefix rcv-.",
        "stage": "GA",
        "includedPermissions": sorted((*looking, *CHANGING, *own, OF_LOGIN[settings["login"]])),
    }
