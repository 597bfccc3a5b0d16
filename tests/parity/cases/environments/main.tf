# The environment by tags: default_tags, merged locals; without one the strictest.
# expect: RCV002 pass aws_db_instance.dev
# expect: RCV002 fail aws_db_instance.prod
# expect: RCV002 fail aws_db_instance.merged
# expect: RCV002 pass aws_db_instance.staging
provider "aws" {
  region = "eu-west-1"
  default_tags {
    tags = { Environment = "dev", Owner = "web" }
  }
}

locals {
  tags = { Team = "web" }
}

resource "aws_db_instance" "dev" {
  identifier              = "dev"
  instance_class          = "db.t4g.micro"
  backup_retention_period = 14
}

resource "aws_db_instance" "prod" {
  identifier              = "prod"
  instance_class          = "db.t4g.micro"
  backup_retention_period = 14
  tags                    = { Environment = "production" }
}

resource "aws_db_instance" "merged" {
  identifier              = "merged"
  instance_class          = "db.t4g.micro"
  backup_retention_period = 14
  tags                    = merge(local.tags, { Environment = "prod" })
}

resource "aws_db_instance" "staging" {
  identifier              = "staging"
  instance_class          = "db.t4g.micro"
  backup_retention_period = 21
  tags                    = merge(local.tags, { Environment = "staging", Id = aws_db_instance.prod.id })
}
