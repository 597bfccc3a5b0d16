"""Short Terraform for rule examples about tables, caches, other databases and file systems."""

from __future__ import annotations

from recoverable.rules.registry.samples import resource


def _tagged(kind: str, name: str, body: str, more: str, environment: str) -> str:
    return resource(kind, name, f'{body}\n{more}\ntags = {{ environment = "{environment}" }}')


def dynamodb(body: str = "", environment: str = "prod", name: str = "orders", key: str = "id") -> str:
    """A DynamoDB table."""
    fixed = f'name = "{name}"\nbilling_mode = "PAY_PER_REQUEST"\nhash_key = "{key}"\nattribute {{\n  name = "{key}"\n  type = "S"\n}}'
    return _tagged("aws_dynamodb_table", name, fixed, body, environment)


def pitr(enabled: str = "true", more: str = "") -> str:
    """The block of a table that turns point-in-time recovery on."""
    return f"point_in_time_recovery {{\n  enabled = {enabled}\n  {more}\n}}"


def docdb(body: str = "", environment: str = "prod", name: str = "orders") -> str:
    """A DocumentDB cluster."""
    return _tagged("aws_docdb_cluster", name, f'cluster_identifier = "{name}"', body, environment)


def redshift(body: str = "", environment: str = "prod", name: str = "facts") -> str:
    """A Redshift cluster."""
    return _tagged("aws_redshift_cluster", name, f'cluster_identifier = "{name}"\nnode_type = "ra3.xlplus"', body, environment)


def elasticache(body: str = "", environment: str = "prod", name: str = "sessions") -> str:
    """An ElastiCache replication group."""
    return _tagged("aws_elasticache_replication_group", name, f'replication_group_id = "{name}"\ndescription = "{name}"', body, environment)


def efs(body: str = "", environment: str = "prod", name: str = "files") -> str:
    """An EFS file system."""
    return _tagged("aws_efs_file_system", name, "", body, environment)


def efs_backups(status: str = '"ENABLED"', name: str = "files") -> str:
    """The companion that turns automatic backups of an EFS file system on."""
    return resource(
        "aws_efs_backup_policy", name, f"file_system_id = aws_efs_file_system.{name}.id\nbackup_policy {{\n  status = {status}\n}}"
    )


def ebs(body: str = "", environment: str = "prod", name: str = "data") -> str:
    """An EBS volume."""
    return _tagged("aws_ebs_volume", name, 'availability_zone = "eu-west-1a"\nsize = 20', body, environment)


def fsx_windows(body: str = "", environment: str = "prod", name: str = "files") -> str:
    """An FSx for Windows file system."""
    fixed = 'subnet_ids = ["subnet-0a1b2c3d"]\nthroughput_capacity = 32\nstorage_capacity = 300'
    return _tagged("aws_fsx_windows_file_system", name, fixed, body, environment)
