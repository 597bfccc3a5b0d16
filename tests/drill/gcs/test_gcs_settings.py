"""How a bucket of Cloud Storage is named in recoverable.toml, and what is refused with the line that mends it."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from recoverable.drill.objects.settings import SCHEMA, read
from recoverable.model.errors import InputError
from tests.drill.objects.drilled_world import typed

REPLICA = {"bucket": "gs://acme-copy"}


def test_gs_names_a_bucket_of_cloud_storage() -> None:
    found = typed(read, {"bucket": "gs://acme_uploads.example", "replica": REPLICA})

    assert (found["cloud"], found["bucket"], found["replica"]["bucket"]) == ("gcs", "acme_uploads.example", "acme-copy")
    assert typed(read, {"bucket": "acme-uploads"})["cloud"] == "s3"
    jsonschema.Draft7Validator(SCHEMA).validate({"bucket": "gs://acme_uploads.example", "replica": REPLICA})


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"bucket": "gs://acme", "region": "europe-west1"}, "region"),
        ({"bucket": "gs://acme", "replica": {"bucket": "acme-copy"}}, "another cloud"),
        ({"bucket": "acme", "replica": {"bucket": "gs://acme-copy", "region": "eu-west-1"}}, "another cloud"),
        ({"bucket": "gs://acme", "replica": {"bucket": "gs://acme-copy", "region": "europe-west4"}}, "region"),
        ({"bucket": "gs://acme", "replica": {"bucket": "gs://acme"}}, "itself"),
        ({"bucket": "gs://acme/path"}, "no name of a bucket"),
        ({"bucket": "gs://"}, "no name of a bucket"),
    ],
)
def test_what_does_not_fit_is_refused(data: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        typed(read, data)
