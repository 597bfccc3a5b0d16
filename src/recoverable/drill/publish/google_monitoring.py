"""The ages of proofs to Google Cloud Monitoring: the custom metric on which the component BackupAlerts has its policies.

Plain HTTPS with a token of ``google-auth`` (application default credentials: a file, workload identity, the metadata server). API:
https://cloud.google.com/monitoring/api/ref_v3/rest/v3/projects.timeSeries/create
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from recoverable.drill.contract import TransientError
from recoverable.drill.proof_status import StoreStatus
from recoverable.model.errors import InputError

METRIC = "custom.googleapis.com/recoverable/last_proven_restore_age_minutes"
SCOPE = "https://www.googleapis.com/auth/monitoring.write"
ENDPOINT = "https://monitoring.googleapis.com/"
OVERRIDE = "CLOUDSDK_API_ENDPOINT_OVERRIDES_MONITORING"  # gcloud's own variable for another endpoint
PROJECT = "GOOGLE_CLOUD_PROJECT"
BATCH = 200  # time series per call
TIMEOUT = 30.0
_BUSY = frozenset({408, 429, 500, 502, 503, 504})


def publish(statuses: Sequence[StoreStatus], now: datetime.datetime) -> str:
    """Send them; gives a sentence that says what was sent and where.

    Raises:
        InputError: the API refuses, or there are no credentials or no project.
        TransientError: nobody answered after all retries.
    """
    try:
        import google.auth.exceptions
        import requests
        from google.auth.transport.requests import AuthorizedSession
        from requests.adapters import HTTPAdapter
        from urllib3.util import Retry
    except ImportError:
        raise InputError("google-auth is not installed", "--publish", "pip install 'recoverable[drill,gcp]'.") from None
    try:
        credentials, found = google.auth.default(scopes=[SCOPE])
        project = os.environ.get(PROJECT) or found
        if not project:
            raise InputError("no Google Cloud project is set", "--publish", f"Set {PROJECT}.")
        session = AuthorizedSession(credentials)  # type: ignore[no-untyped-call]  # the library has no types there
        retry = Retry(total=4, backoff_factor=0.5, status_forcelist=_BUSY, allowed_methods=None, raise_on_status=False)
        session.mount("https://", HTTPAdapter(max_retries=retry))
        session.mount("http://", HTTPAdapter(max_retries=retry))
        address = f"{os.environ.get(OVERRIDE) or ENDPOINT}v3/projects/{quote(project, safe='')}/timeSeries"
        for start in range(0, len(statuses), BATCH):
            body = {"timeSeries": [_series(each, project, now) for each in statuses[start : start + BATCH]]}
            _understand(session.post(address, json=body, timeout=TIMEOUT), project)
    except google.auth.exceptions.DefaultCredentialsError:
        fix = "Log in with gcloud auth application-default login, or set GOOGLE_APPLICATION_CREDENTIALS."
        raise InputError("there are no Google Cloud credentials", "--publish", fix) from None
    except google.auth.exceptions.RefreshError:
        raise InputError("Google Cloud gives no token for these credentials", "--publish", "Log in again.") from None
    except (google.auth.exceptions.TransportError, requests.RequestException) as error:
        raise TransientError(f"Cloud Monitoring cannot be reached ({type(error).__name__})") from None
    return f"{len(statuses)} ages sent to Cloud Monitoring as {METRIC} in {project}"


def _series(status: StoreStatus, project: str, now: datetime.datetime) -> dict[str, Any]:
    return {
        "metric": {"type": METRIC, "labels": {"store": status.store, "environment": status.environment}},
        "resource": {"type": "global", "labels": {"project_id": project}},
        "metricKind": "GAUGE",
        "valueType": "INT64",
        "points": [
            {"interval": {"endTime": now.astimezone(datetime.UTC).isoformat()}, "value": {"int64Value": str(status.published_minutes)}}
        ],
    }


def _understand(answer: Any, project: str) -> None:
    if answer.status_code in _BUSY:
        raise TransientError(f"Cloud Monitoring answers {answer.status_code} after all retries")
    if answer.status_code != 200:
        raise InputError(
            f"Cloud Monitoring refuses with {answer.status_code}",
            f"project {project}",
            "It needs monitoring.timeSeries.create (roles/monitoring.metricWriter).",
        )
