"""Short Terraform for rule examples: the least that a real provider accepts, plus what the rule looks at."""

from __future__ import annotations

UNKNOWN_NUMBER = "length(terraform_data.later.id)"
UNKNOWN_FLAG = 'terraform_data.later.id != ""'
LATER = 'resource "terraform_data" "later" {}\n\n'


def resource(kind: str, name: str, body: str) -> str:
    """A resource block; ``body`` is one attribute or block a line."""
    lines = "".join(f"  {line}\n" for line in body.strip().splitlines())
    return f'resource "{kind}" "{name}" {{\n{lines}}}\n'


def rds(body: str = "", environment: str = "prod", name: str = "orders") -> str:
    """An RDS for PostgreSQL instance."""
    return resource(
        "aws_db_instance", name, f'engine = "postgres"\ninstance_class = "db.r6g.large"\n{body}\ntags = {{ environment = "{environment}" }}'
    )


def replica(body: str = "") -> str:
    """A read replica of ``aws_db_instance.orders``: it is backed up through its source."""
    fixed = 'instance_class = "db.r6g.large"\nreplicate_source_db = aws_db_instance.orders.identifier'
    return resource("aws_db_instance", "replica", f'{fixed}\n{body}\ntags = {{ environment = "prod" }}')


def aurora(body: str = "", environment: str = "prod", name: str = "orders") -> str:
    """An Aurora PostgreSQL cluster."""
    return resource("aws_rds_cluster", name, f'engine = "aurora-postgresql"\n{body}\ntags = {{ environment = "{environment}" }}')


def cloudsql(settings: str = "", body: str = "", environment: str = "prod", name: str = "orders") -> str:
    """A Cloud SQL for PostgreSQL instance; ``settings`` goes into its settings block."""
    inner = "".join(f"  {line}\n" for line in settings.strip().splitlines())
    return resource(
        "google_sql_database_instance",
        name,
        f'database_version = "POSTGRES_16"\nregion = "europe-west1"\n{body}\nsettings {{\n  tier = "db-custom-2-8192"\n'
        f'  user_labels = {{ environment = "{environment}" }}\n{inner}}}',
    )


def neon(body: str = "", name: str = "prod") -> str:
    """A Neon project; it has no tags, its name says the environment."""
    return resource("neon_project", name, f'name = "orders-{name}"\n{body}')


def s3(companions: str = "", body: str = "", environment: str = "prod", name: str = "uploads") -> str:
    """An S3 bucket, and companions that refer to it as ``aws_s3_bucket.uploads``."""
    return resource("aws_s3_bucket", name, f'bucket = "acme-{name}"\n{body}\ntags = {{ environment = "{environment}" }}') + companions


def s3_companion(kind: str, body: str, bucket: str = "aws_s3_bucket.uploads.id", name: str = "uploads") -> str:
    """A companion of a bucket: ``kind`` without its ``aws_s3_bucket_``."""
    return "\n" + resource(f"aws_s3_bucket_{kind}", name, f"bucket = {bucket}\n{body}")


def versioned(status: str = '"Enabled"') -> str:
    """The companion that turns versioning on."""
    return s3_companion("versioning", f"versioning_configuration {{\n  status = {status}\n}}")


def gcs(body: str = "", environment: str = "prod", name: str = "uploads", location: str = "EU") -> str:
    """A Cloud Storage bucket."""
    return resource(
        "google_storage_bucket",
        name,
        f'name = "acme-{name}"\nlocation = "{location}"\n{body}\nlabels = {{ environment = "{environment}" }}',
    )


TARGETS = resource("aws_s3_bucket", "far", 'bucket = "acme-far"\nregion = "eu-central-1"') + resource(
    "aws_s3_bucket", "near", 'bucket = "acme-near"\nregion = "eu-west-1"'
)


def copied_by(*rules: str, extra: str = "", environment: str = "prod", name: str = "uploads") -> str:
    """A versioned bucket in eu-west-1 with replication rules; ``TARGETS`` are the buckets it may go to."""
    bucket = f"aws_s3_bucket.{name}.id"
    return (
        s3(extra, 'region = "eu-west-1"', environment, name)
        + s3_companion("versioning", 'versioning_configuration {\n  status = "Enabled"\n}', bucket, name)
        + s3_companion(
            "replication_configuration", 'role = "arn:aws:iam::123456789012:role/replication"\n' + "\n".join(rules), bucket, name
        )
    )


def copying(target: str, destination: str = "", more: str = "", prefix: str = "", priority: int = 1) -> str:
    """A replication rule into one of ``TARGETS``; with a prefix, of a part of the bucket."""
    filtered = f'filter {{\n    prefix = "{prefix}"\n  }}' if prefix else "filter {}"
    return (
        f'rule {{\n  id = "rule-{priority}"\n  status = "Enabled"\n  priority = {priority}\n  {filtered}\n  {more}\n'
        '  delete_marker_replication {\n    status = "Disabled"\n  }\n'
        f"  destination {{\n    bucket = aws_s3_bucket.{target}.arn\n    {destination}\n  }}\n}}"
    )


PULUMI_PROJECT = ("Pulumi.yaml", "name: recoverable-examples\nruntime: python\n")
"""A Pulumi project of the name that it has in the recorded previews."""


def pulumi_project(url: str = "s3://acme-uploads?region=eu-west-1&ssetype=aws:kms", secrets: str = "") -> tuple[tuple[str, str], ...]:
    """The files of the same project with its backend, and the secrets provider of its stack, named as recorded, too."""
    name, text = PULUMI_PROJECT
    project = (name, f"{text}backend:\n  url: {url}\n")
    return (project, ("Pulumi.examples.yaml", f"secretsprovider: {secrets}\n")) if secrets else (project,)


def waived(fields: str) -> str:
    """A standard with a waiver of retention-too-short for ``rds()``, whatever its address looks like."""
    return f'[[waivers]]\nrule = "retention-too-short"\naddress = "*orders"\n{fields}\n'
