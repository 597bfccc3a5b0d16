# Values that only a function can give, and values that look unknown but are not.
# expect hcl: RCV011 pass aws_db_instance.stamped
# expect: RCV011 pass aws_db_instance.random
# expect: RCV011 fail aws_db_instance.null_name
# expect: RCV002 pass aws_db_instance.by_lookup
# expect hcl: RCV002 unknown aws_db_instance.by_workspace
# expect plan: RCV002 fail aws_db_instance.by_workspace
# expect: RCV002 pass aws_db_instance.by_max
# expect: RCV009 pass aws_db_instance.by_max
# expect: RCV002 pass aws_db_instance.by_yaml
# expect: RCV002 unknown aws_db_instance.later
# expect: RCV002 pass aws_db_instance.unknown_branch
locals {
  days   = { dev = 14, prod = 35 }
  config = yamldecode("days: 31\nprotect: true")
}

resource "terraform_data" "later" {}

resource "random_id" "snapshot" {
  byte_length = 4
}

resource "aws_db_instance" "stamped" {
  identifier                = "stamped"
  instance_class            = "db.t4g.micro"
  backup_retention_period   = 30
  final_snapshot_identifier = "final-${formatdate("YYYYMMDDhhmm", timestamp())}"
}

resource "aws_db_instance" "null_name" {
  identifier                = "null-name"
  instance_class            = "db.t4g.micro"
  backup_retention_period   = 30
  final_snapshot_identifier = null
}

resource "aws_db_instance" "random" {
  identifier                = "random"
  instance_class            = "db.t4g.micro"
  backup_retention_period   = 30
  final_snapshot_identifier = "final-${random_id.snapshot.hex}"
}

resource "aws_db_instance" "by_lookup" {
  identifier              = "by-lookup"
  instance_class          = "db.t4g.micro"
  backup_retention_period = lookup(local.days, "prod", 0)
}

resource "aws_db_instance" "by_workspace" {
  identifier              = "by-workspace"
  instance_class          = "db.t4g.micro"
  backup_retention_period = terraform.workspace == "prod" ? 35 : 7
}

resource "aws_db_instance" "by_max" {
  identifier              = "by-max"
  instance_class          = "db.t4g.micro"
  backup_retention_period = max(30, values(local.days)...)
  deletion_protection     = !contains(["dev"], "prod")
}

resource "aws_db_instance" "by_yaml" {
  identifier              = "by-yaml"
  instance_class          = "db.t4g.micro"
  backup_retention_period = local.config.days
}

resource "aws_db_instance" "later" {
  identifier              = "later"
  instance_class          = "db.t4g.micro"
  backup_retention_period = length(terraform_data.later.id)
}

resource "aws_db_instance" "unknown_branch" {
  identifier              = "unknown-branch"
  instance_class          = "db.t4g.micro"
  backup_retention_period = terraform_data.later.id == "x" ? 35 : 35
}
