"""Projects of users on the laptop cloud, through the real engine."""

from __future__ import annotations

from pathlib import Path

import boto3
import pytest

from recoverable.sandbox.laptop import Laptop
from tests.support.stacks import PulumiError, Stack

pytestmark = pytest.mark.engine

PROGRAM = """
import pulumi
import pulumi_aws as aws

bucket = aws.s3.Bucket("photos", bucket="laptop-photos", tags={"environment": pulumi.get_stack()})
pulumi.export("bucket", bucket.bucket)
"""


def test_a_plain_program_makes_a_real_bucket_and_changes_nothing_the_second_time(laptop: Laptop, tmp_path: Path) -> None:
    stack = Stack(laptop, tmp_path / "project", PROGRAM, config={"aws:region": "eu-west-1"})
    shown = stack.run("up", "--yes", "--skip-preview")

    s3 = boto3.client(
        "s3", endpoint_url=stack.environment["AWS_ENDPOINT_URL"], aws_access_key_id="sandbox", aws_secret_access_key="sandbox"
    )
    assert s3.get_bucket_tagging(Bucket="laptop-photos")["TagSet"] == [{"Key": "environment", "Value": "dev"}]
    assert stack.outputs() == {"bucket": "laptop-photos"}
    assert "warning" not in (shown.stdout + shown.stderr).lower()
    assert stack.run("preview", "--expect-no-changes").returncode == 0
    stack.destroy()
    assert "laptop-photos" not in [each["Name"] for each in s3.list_buckets()["Buckets"]]


def test_a_fake_google_bucket_is_kept_in_the_sandboxs_own_file(laptop: Laptop, tmp_path: Path) -> None:
    source = """
    import pulumi
    import pulumi_gcp as gcp

    pulumi.export("url", gcp.storage.Bucket("photos", name="laptop-photos-eu", location="EU").url)
    """
    stack = Stack(laptop, tmp_path / "project", source, stack="google")
    shown = stack.run("up", "--yes", "--skip-preview")
    assert stack.outputs() == {"url": "gs://laptop-photos-eu"}
    assert "warning" not in (shown.stdout + shown.stderr).lower()
    assert laptop.folder.store.exists()
    stack.destroy()


def test_a_failing_command_raises_with_what_the_engine_said(laptop: Laptop, tmp_path: Path) -> None:
    stack = Stack(laptop, tmp_path / "project", "raise SystemExit('the program says why')", stack="failing")

    with pytest.raises(PulumiError, match="the program says why"):
        stack.preview()
