# case: Cloud SQL: point-in-time recovery
# recoverable: RCV004
# checkov: CKV2_GCP_20
# through: code plan
# bad google_sql_database_instance.postgres: not switched on, and off by default <https://cloud.google.com/sql/docs/postgres/backup-recovery/configure-pitr>
# good google_sql_database_instance.postgres_on: switched on <https://cloud.google.com/sql/docs/postgres/backup-recovery/configure-pitr>
# bad google_sql_database_instance.mysql: has no binary log, which MySQL needs <https://cloud.google.com/sql/docs/mysql/backup-recovery/configure-pitr>
# good google_sql_database_instance.mysql_on: has the binary log <https://cloud.google.com/sql/docs/mysql/backup-recovery/configure-pitr>
resource "google_sql_database_instance" "postgres" {
  name             = "postgres"
  database_version = "POSTGRES_16"
  settings {
    tier    = "db-custom-2-7680"
    edition = "ENTERPRISE"
    backup_configuration {
      enabled = true
    }
  }
}

resource "google_sql_database_instance" "postgres_on" {
  name             = "postgres-on"
  database_version = "POSTGRES_16"
  settings {
    tier    = "db-custom-2-7680"
    edition = "ENTERPRISE"
    backup_configuration {
      enabled                        = true
      point_in_time_recovery_enabled = true
    }
  }
}

resource "google_sql_database_instance" "mysql" {
  name             = "mysql"
  database_version = "MYSQL_8_0"
  settings {
    tier    = "db-custom-2-7680"
    edition = "ENTERPRISE"
    backup_configuration {
      enabled = true
    }
  }
}

resource "google_sql_database_instance" "mysql_on" {
  name             = "mysql-on"
  database_version = "MYSQL_8_0"
  settings {
    tier    = "db-custom-2-7680"
    edition = "ENTERPRISE"
    backup_configuration {
      enabled            = true
      binary_log_enabled = true
    }
  }
}
