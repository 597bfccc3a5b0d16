# case: Cloud SQL: how many backups are kept
# recoverable: RCV002
# through: code plan
# bad google_sql_database_instance.one: one backup is one day <https://cloud.google.com/sql/docs/postgres/backup-recovery/backups>
# good google_sql_database_instance.month: thirty daily backups <https://cloud.google.com/sql/docs/postgres/backup-recovery/backups>
resource "google_sql_database_instance" "one" {
  name             = "one"
  database_version = "POSTGRES_16"
  settings {
    tier    = "db-custom-2-7680"
    edition = "ENTERPRISE"
    backup_configuration {
      enabled = true
      backup_retention_settings {
        retained_backups = 1
      }
    }
  }
}

resource "google_sql_database_instance" "month" {
  name             = "month"
  database_version = "POSTGRES_16"
  settings {
    tier    = "db-custom-2-7680"
    edition = "ENTERPRISE"
    backup_configuration {
      enabled = true
      backup_retention_settings {
        retained_backups = 30
      }
    }
  }
}
