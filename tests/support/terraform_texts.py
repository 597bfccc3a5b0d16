"""Terraform that meets the standard but for what only tests can tell, as text: what command and CI tests judge."""

from __future__ import annotations

GOOD = """resource "aws_db_instance" "orders" {
  engine                    = "postgres"
  instance_class            = "db.r6g.large"
  backup_retention_period   = 14
  storage_encrypted         = true
  kms_key_id                = "arn:aws:kms:eu-west-1:123456789012:key/0a"
  deletion_protection       = true
  delete_automated_backups  = false
  copy_tags_to_snapshot     = true
  final_snapshot_identifier = "orders-final"
  multi_az                  = true
  tags                      = { environment = "dev", owner = "db" }
}
terraform {
  backend "s3" {
    bucket       = "acme-state"
    key          = "a"
    region       = "eu-west-1"
    encrypt      = true
    use_lockfile = true
  }
}
"""
BAD = GOOD.replace("= 14", "= 1")
