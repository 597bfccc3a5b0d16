resource "aws_db_instance" "orders" {
  identifier              = "orders"
  engine                  = "postgres"
  instance_class          = "db.r6g.large"
  backup_retention_period = 7
  storage_encrypted       = true
  password                = "hunter2-in-the-sample"
  skip_final_snapshot     = true

  tags = { environment = "prod" }
}

resource "aws_db_instance" "reports" {
  identifier              = "reports"
  engine                  = "postgres"
  backup_retention_period = var.report_days
  deletion_protection     = false

  tags = { environment = "staging" }
}

resource "aws_s3_bucket" "uploads" {
  for_each = toset(["eu", "us", "ap", "sa", "af", "me", "ca"])
  bucket   = "uploads-${each.key}"

  tags = { environment = "prod" }
}

resource "google_sql_database_instance" "ledger" {
  name             = "ledger"
  database_version = "POSTGRES_16"
  settings {
    tier = "db-custom-2-7680"
    backup_configuration {
      enabled                        = true
      point_in_time_recovery_enabled = false # recoverable: allow point-in-time-recovery-off until=2027-01-31
    }
  }
}
