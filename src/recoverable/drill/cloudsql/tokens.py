"""Access tokens of Google Cloud by application default credentials: a file, workload identity, the metadata server."""

from __future__ import annotations

import os
from hashlib import sha256
from typing import Any

from recoverable.drill.contract import TransientError
from recoverable.model.errors import InputError

SCOPE = "https://www.googleapis.com/auth/sqlservice.admin"
LOGIN_SCOPE = "https://www.googleapis.com/auth/sqlservice.login"
"""Of a token that stands for a password, and can do nothing else."""
PROJECT = "GOOGLE_CLOUD_PROJECT"
UNTOLD = "default"
"""How google-auth calls the account of a machine whose metadata server did not say its e-mail."""


class DefaultToken:
    """Found at the first call, renewed when it expires. ``scope`` is what the token may be used for."""

    def __init__(self, scope: str = SCOPE) -> None:
        self._scope = scope
        self._credentials: Any = None
        self._project = ""

    def __call__(self) -> str:
        """The token.

        Raises:
            InputError: google-auth is not installed, or there are no credentials.
            TransientError: nobody gives one.
        """
        try:
            import google.auth.exceptions
            from google.auth.transport.requests import Request
        except ImportError:
            raise InputError("google-auth is not installed", "", "pip install 'recoverable[drill,gcp]'.") from None
        try:
            if self._credentials is None:
                self._credentials, found = google.auth.default(scopes=[self._scope])
                self._project = found or ""
            if not self._credentials.valid:
                self._credentials.refresh(Request())
        except google.auth.exceptions.DefaultCredentialsError:
            fix = "Log in with gcloud auth application-default login, or set GOOGLE_APPLICATION_CREDENTIALS."
            raise InputError("there are no Google Cloud credentials", "environment", fix) from None
        except google.auth.exceptions.RefreshError:
            raise InputError("Google Cloud gives no token for these credentials", "environment", "Log in again.") from None
        except google.auth.exceptions.TransportError as error:
            raise TransientError(f"Google Cloud gives no token ({type(error).__name__})") from None
        return str(self._credentials.token)

    def identity(self) -> str:
        """Who the token is given to: a service account's e-mail, else a digest of what a user's login is renewed with; "" where neither is told.

        Raises:
            InputError: there are no credentials.
            TransientError: nobody gives a token.
        """
        self()
        email, renewed = (getattr(self._credentials, name, None) for name in ("service_account_email", "refresh_token"))
        if isinstance(email, str) and email and email != UNTOLD:
            return email
        return f"user:{sha256(renewed.encode()).hexdigest()}" if isinstance(renewed, str) and renewed else ""

    def project(self) -> str:
        """The project that the environment or the credentials name; "" where none does."""
        if not os.environ.get(PROJECT):
            self()
        return os.environ.get(PROJECT) or self._project
