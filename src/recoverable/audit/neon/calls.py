"""The calls that the audit of Neon makes (https://api-docs.neon.tech/reference): the one table behind the guard against any other call."""

from __future__ import annotations

from recoverable.audit.web.calls import Table, WebCall

ADDRESS = "https://console.neon.tech/api/v2"
HOST_VARIABLE = "NEON_API_HOST"
"""neonctl's own variable for another address."""
LIMIT = {"limit": "100"}
NONE = frozenset({"404"})
NOT_PERSONAL = frozenset({"403", "404"})
"""Keys of an organisation or a project may not ask whose organisations there are: they reach their own projects without naming one."""
ORG_REQUIRED = "ORG_ID_REQUIRED"
"""Neon has no code for "org_id is required": whoever has no projects outside of organisations is told so."""

TABLE = Table.of(
    (
        WebCall("neon", "organizations", "/users/me/organizations", "neon:ListOrganizations", "organizations", nothing=NOT_PERSONAL),
        WebCall("neon", "projects", "/projects", "neon:ListProjects", "projects", LIMIT, lists=True),
        WebCall("neon", "personal", "/projects", "neon:ListProjects", "projects", LIMIT, frozenset({ORG_REQUIRED}), lists=True),
        WebCall("neon", "project", "/projects/{project}", "neon:GetProject", lists=True),
        WebCall("neon", "branches", "/projects/{project}/branches", "neon:ListBranches", "branches", LIMIT),
        WebCall("neon", "snapshots", "/projects/{project}/snapshots", "neon:ListSnapshots", "snapshots"),
        WebCall(
            "neon",
            "schedule",
            "/projects/{project}/branches/{branch}/backup_schedule",
            "neon:GetSnapshotSchedule",
            nothing=NONE,
            kept="setting",
        ),
    )
)
"""The actions are the API's own names of its calls: Neon knows no permissions by call."""
