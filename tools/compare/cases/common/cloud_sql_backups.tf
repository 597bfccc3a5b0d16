# case: Cloud SQL: automated backups
# recoverable: RCV001
# checkov: CKV_GCP_14
# trivy: GCP-0024
# kics: cf3c7631
# through: code plan
# good google_sql_database_instance.on: switched on <https://cloud.google.com/sql/docs/postgres/backup-recovery/backups>
# bad google_sql_database_instance.off: switched off <https://cloud.google.com/sql/docs/postgres/backup-recovery/backups>
# bad google_sql_database_instance.absent: not set: the API's default is off <https://registry.terraform.io/providers/hashicorp/google/latest/docs/resources/sql_database_instance#nested_settings_backup_configuration>
# exempt google_sql_database_instance.replica: a read replica; its data is in the primary <https://cloud.google.com/sql/docs/postgres/replication>
resource "google_sql_database_instance" "on" {
  name             = "on"
  database_version = "POSTGRES_16"
  settings {
    tier = "db-custom-2-7680"
    backup_configuration {
      enabled = true
    }
  }
}

resource "google_sql_database_instance" "off" {
  name             = "off"
  database_version = "POSTGRES_16"
  settings {
    tier = "db-custom-2-7680"
    backup_configuration {
      enabled = false
    }
  }
}

resource "google_sql_database_instance" "absent" {
  name             = "absent"
  database_version = "POSTGRES_16"
  settings {
    tier = "db-custom-2-7680"
  }
}

resource "google_sql_database_instance" "replica" {
  name                 = "replica"
  database_version     = "POSTGRES_16"
  master_instance_name = google_sql_database_instance.on.name
  settings {
    tier = "db-custom-2-7680"
  }
}
