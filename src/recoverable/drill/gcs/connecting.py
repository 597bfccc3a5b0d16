"""The API with the credentials of the environment, concealed in everything that a run says."""

from __future__ import annotations

import threading
from collections.abc import Callable

from recoverable.drill.cloudsql.tokens import DefaultToken
from recoverable.drill.connection import Secret
from recoverable.drill.contract import Clock, Run
from recoverable.drill.gcs.api import SCOPE, GcsApi
from recoverable.drill.rest.client import TIMEOUT


class Connecting:
    """Makes clients. ``token`` gives an access token, by default by application default credentials."""

    def __init__(self, clock: Clock, token: Callable[[], str] | None = None, timeout: float = TIMEOUT) -> None:
        self._clock, self._token, self._timeout = clock, token or DefaultToken(SCOPE), timeout

    def api(self, run: Run | None = None) -> GcsApi:
        """On the clock and within the budget of a run, where there is one."""
        if run is None:
            return GcsApi(self._token, self._clock, timeout=self._timeout)

        known: set[str] = set()
        lock = threading.Lock()

        def token() -> str:
            with lock:  # copies go on in several threads, and a run learns one secret at a time
                found = self._token()
                if found not in known:
                    known.add(found)
                    run.conceal(Secret(found))
            return found

        return GcsApi(token, run.clock, run.check_budget, self._timeout)
