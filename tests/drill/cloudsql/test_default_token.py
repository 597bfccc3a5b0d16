"""Who a token of Google Cloud is given to, told by google-auth's own credentials."""

from __future__ import annotations

from typing import Any

import google.auth
import pytest
from google.auth import compute_engine, credentials
from google.oauth2.credentials import Credentials

from recoverable.drill.cloudsql.tokens import DefaultToken


def user(renewed: str | None) -> Credentials:
    return Credentials("token", refresh_token=renewed, client_id="gcloud", client_secret="none")  # type: ignore[no-untyped-call]


def machine(email: str) -> Any:
    found = compute_engine.Credentials(service_account_email=email)  # type: ignore[no-untyped-call]
    found.token = "token"
    return found


def of(found: credentials.Credentials, patch: pytest.MonkeyPatch) -> str:
    patch.setattr(google.auth, "default", lambda scopes: (found, "acme-prod"))
    return DefaultToken().identity()


def test_a_machine_is_its_service_account(monkeypatch: pytest.MonkeyPatch) -> None:
    assert of(machine("audit@acme-prod.iam.gserviceaccount.com"), monkeypatch) == "audit@acme-prod.iam.gserviceaccount.com"


def test_a_user_is_told_from_another_without_the_login_being_told(monkeypatch: pytest.MonkeyPatch) -> None:
    mine, again, other = (of(user(text), monkeypatch) for text in ("marked-secret-mine", "marked-secret-mine", "marked-secret-other"))

    assert mine == again != other
    assert mine.startswith("user:")
    assert "marked-secret" not in mine + other


@pytest.mark.parametrize("found", [user(None), machine("default")], ids=["a token alone", "a machine that does not say it"])
def test_who_is_not_told_is_nobody(found: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert of(found, monkeypatch) == ""
