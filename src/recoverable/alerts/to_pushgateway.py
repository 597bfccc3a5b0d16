"""Metrics to a Pushgateway, for machines that no Prometheus scrapes: one PUT that replaces all that this job pushed before.

https://github.com/prometheus/pushgateway/blob/master/README.md#api: ``PUT /metrics/job/NAME`` with the text format 0.0.4, answered with
200 (202 before 1.0), and 400 where the text is refused. Samples must have no time of their own.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from recoverable.alerts.secret_source import SecretSource
from recoverable.alerts.sending import SendError
from recoverable.alerts.to_webhook import call

JOB_PATTERN = r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Pushgateway:
    """Where metrics are pushed, under which job, and who logs in there (HTTP Basic), if anybody does."""

    url: SecretSource
    job: str
    user: str = ""
    password: SecretSource | None = None
    ca_file: str = ""

    def secrets(self) -> Iterator[str]:
        """The password, and the address where that is kept like one."""
        for source in (self.password, self.url if self.url.form != "text" else None):
            try:
                if source:
                    yield source.read().reveal()
            except SendError:
                continue  # said when it is to be used

    def push(self, text: str) -> None:
        """Replace the metrics of the job.

        Raises:
            UnreachableError, RefusedError: they were not taken, or nobody can tell.
        """
        headers = {"Content-Type": CONTENT_TYPE}
        if self.password:
            login = f"{self.user}:{self.password.read().reveal()}".encode()
            headers["Authorization"] = f"Basic {base64.b64encode(login).decode()}"
        address = f"{self.url.read().reveal().rstrip('/')}/metrics/job/{quote(self.job, safe='')}"
        call("PUT", address, text.encode(), headers, self.ca_file)
