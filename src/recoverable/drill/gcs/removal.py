"""Takes scratch buckets of Cloud Storage away: exactly the announced one, by generations, after its mark was read again before each call that deletes."""

from __future__ import annotations

import os
from collections.abc import Iterator

from recoverable.drill.cloudsql.tokens import PROJECT
from recoverable.drill.contract import Clock, Leftover, Resource
from recoverable.drill.gcs.api import GcsApi, is_missing
from recoverable.drill.gcs.refusals import explain, explained
from recoverable.drill.gcs.scratch_bucket import KIND, PREFIX, find, is_ours, marked
from recoverable.drill.objects.emptying import emptied
from recoverable.drill.objects.together import together
from recoverable.drill.rest.client import Json, RefusedError

PAGE = "500"
"""Generations between two looks at whether time is over."""
NOT_OURS = "it does not carry the mark of this run"


def own_project() -> str:
    """The project in which the reaper looks for what no notes speak of; "" for none."""
    return os.environ.get(PROJECT, "")


def shown(api: GcsApi, provider: str, resources: tuple[Resource, ...]) -> Iterator[Resource]:
    """The announced buckets that are there and ours; without any, every marked one of the environment's project.

    Raises:
        RestoreFailedError: one may not be asked.
        TransientError: nobody answered.
    """
    names = [each.name for each in resources if each.kind == KIND]
    with explained("the buckets of the project cannot be listed"):
        found = [find(api, name) for name in names] if resources else api.buckets(own_project(), PREFIX)
    for bucket in found:
        resource = marked(provider, bucket) if bucket is not None else None
        if resource is not None:
            yield resource


def remove(api: GcsApi, resource: Resource, clock: Clock) -> Leftover | None:
    """Empty and delete one bucket; None when it is gone."""
    return emptied(resource, clock, lambda: step(api, resource), command(resource))


def step(api: GcsApi, resource: Resource) -> tuple[bool, str]:
    """Delete one page of generations, or the bucket when there are none: whether it is still there, and what stands in the way."""
    bucket = find(api, resource.name)
    if bucket is None:
        return False, ""
    if resource.kind != KIND or not is_ours(resource, bucket):
        return True, NOT_OURS
    try:
        page = next(api.pages(resource.name, "", versions="true", maxResults=PAGE), [])
        if page:
            return True, _delete_page(api, resource, page)
        bucket = find(api, resource.name)
        if bucket is None:
            return False, ""
        if not is_ours(resource, bucket):
            return True, NOT_OURS
        api.delete_bucket(resource.name, str(bucket["metageneration"]))
    except RefusedError as error:
        if is_missing(error) or error.status in (409, 412):
            return True, ""  # gone already, or something came into it, or it was changed: look again
        raise explain(f"{resource.name} cannot be emptied", error) from None
    return True, ""


def _delete_page(api: GcsApi, resource: Resource, page: list[Json]) -> str:
    refused = {why for _, why in together(page, lambda each: _delete(api, resource, each), lambda: None) if why}
    return "; ".join(sorted(refused))


def _delete(api: GcsApi, resource: Resource, generation: Json) -> str:
    """One generation, after another look at the bucket's mark; why it stays."""
    bucket = find(api, resource.name)
    if bucket is None:
        return ""
    if not is_ours(resource, bucket):
        return NOT_OURS
    try:
        api.delete(resource.name, str(generation["name"]), str(generation["generation"]))
    except RefusedError as error:
        return "" if is_missing(error) else str(explain("some of its objects cannot be deleted", error))
    return ""


def command(resource: Resource) -> str:
    """How a person removes it."""
    return f"gcloud storage rm --recursive gs://{resource.name}"
