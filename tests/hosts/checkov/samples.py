"""Pieces of Terraform that the tests of the Checkov checks share."""

from __future__ import annotations

from pathlib import Path

DATABASE = """resource "aws_db_instance" "orders" {
  engine                  = "postgres"
  instance_class          = "db.r6g.large"
  backup_retention_period = %s
  tags                    = { environment = "%s" }
}
"""
BUCKETS = """resource "aws_s3_bucket" "c" {
  for_each = toset(["one", "two"])
  bucket   = "acme-${each.key}"
}
resource "aws_s3_bucket_versioning" "c" {
  for_each = toset(["two"])
  bucket   = aws_s3_bucket.c[each.key].id
  versioning_configuration {
    status = "Enabled"
  }
}
"""
UNKNOWN = 'resource "terraform_data" "later" {}\n' + DATABASE % ("length(terraform_data.later.id)", "dev")
STATE = """terraform {
  backend "s3" {
    bucket  = "acme-state"
    key     = "terraform.tfstate"
    region  = "eu-west-1"
    encrypt = false
  }
}
"""


def write(folder: Path, code: str, name: str = "main.tf") -> Path:
    """Write a file, and the folders it lies in; the folder is given back."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(code, encoding="utf-8")
    return folder
