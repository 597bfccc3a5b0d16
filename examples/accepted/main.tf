terraform {
  required_version = ">= 1.10"

  backend "s3" {
    bucket       = "acme-state"
    key          = "orders/prod.tfstate"
    region       = "eu-west-1"
    encrypt      = true
    use_lockfile = true
  }
}

provider "aws" {
  region = "eu-west-1"

  default_tags {
    tags = {
      environment = "prod"
      owner       = "orders-team"
    }
  }
}

provider "aws" {
  alias  = "second"
  region = "eu-central-1"
}

resource "aws_kms_key" "data" {
  enable_key_rotation     = true
  deletion_window_in_days = 30
}

resource "aws_db_instance" "orders" {
  identifier                  = "orders"
  engine                      = "postgres"
  instance_class              = "db.r6g.large"
  allocated_storage           = 100
  username                    = "app"
  manage_master_user_password = true

  backup_retention_period  = 35
  delete_automated_backups = false
  copy_tags_to_snapshot    = true

  storage_encrypted = true
  kms_key_id        = aws_kms_key.data.arn
  multi_az          = true

  deletion_protection       = true
  skip_final_snapshot       = false
  final_snapshot_identifier = "orders-final"
}

resource "aws_db_instance_automated_backups_replication" "orders" {
  provider               = aws.second
  source_db_instance_arn = aws_db_instance.orders.arn
  retention_period       = 35
}

resource "aws_sns_topic" "backups" {
  name = "backup-failures"
}

resource "aws_sns_topic_subscription" "oncall" {
  topic_arn = aws_sns_topic.backups.arn
  protocol  = "email"
  endpoint  = "oncall@example.com"
}

resource "aws_db_event_subscription" "backups" {
  name             = "backup-failures"
  sns_topic        = aws_sns_topic.backups.arn
  source_type      = "db-instance"
  event_categories = ["backup", "failure", "recovery", "deletion"]
}
