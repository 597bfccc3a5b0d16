"""What one API key of Neon reaches: the client, and the projects of every organisation and of the key's owner."""

from __future__ import annotations

import os
from collections.abc import Mapping

from recoverable.audit.kept.answers_file import AnswersFile
from recoverable.audit.neon.calls import ADDRESS, HOST_VARIABLE, ORG_REQUIRED, TABLE
from recoverable.audit.web.asking import Place
from recoverable.audit.web.client import Json, ReadingClient, Said
from recoverable.audit.web.resources import table
from recoverable.drill.neon.settings import API_KEY
from recoverable.drill.rest.client import bearer
from recoverable.model.errors import InputError


def account(answers: AnswersFile | None = None) -> Place:
    """The account, ready to be asked; ``answers`` is where answers are kept, for this very key.

    Raises:
        InputError: there is no key, or one that no key is.
    """
    _login()
    client = ReadingClient("neon", os.environ.get(HOST_VARIABLE) or ADDRESS, TABLE, _login, words)
    kept = answers.of("neon", os.environ[API_KEY]) if answers is not None else None
    return Place("neon", TABLE, {"neon": client}, next_page, kept=kept)


def project_ids(place: Place, organizations: list[str]) -> list[str]:
    """The ids of all projects: those of the organisations that are named, else of all that the key's owner is in, and those in none.

    Raises:
        InputError: Neon does not take the key.
    """
    found: list[str] = []

    def take(item: Json) -> None:
        found.append(str(item["id"]))

    named = organizations
    if not named:
        listed = place.pages("neon", "organizations")
        if any(gap.code == "401" for gap in place.gaps):
            raise InputError("Neon does not take the API key", API_KEY, "Make a new one in the console and export it.")
        named = [str(item["id"]) for item in listed]
        place.each("neon", "personal" if named else "projects", take)
    for organization in named:
        place.each("neon", "projects", take, organization, {"org_id": organization})
    return sorted(set(found))


def next_page(page: Json) -> dict[str, str]:
    """The cursor of the next page; Neon gives one with the last page, too, behind which nothing comes."""
    pages = table(page.get("pagination"))
    cursor = pages.get("next") or pages.get("cursor")
    return {"cursor": str(cursor)} if cursor else {}


def words(status: int, body: Json) -> Said:
    """Neon's code for an error, else its status."""
    if status == 400 and str(body.get("message") or "").startswith("org_id is required"):
        return Said(ORG_REQUIRED)
    return Said(str(status) if status == 401 else str(body.get("code") or status))


def _login() -> Mapping[str, str]:
    key = os.environ.get(API_KEY, "")
    if not key:
        raise InputError(f"{API_KEY} is not set", "environment", "Export an API key of Neon.")
    return bearer(key, API_KEY)
