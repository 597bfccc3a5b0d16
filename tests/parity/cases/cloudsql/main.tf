# Cloud SQL: binary logs on MySQL, its own switch elsewhere; replicas, clones, editions, log windows.
# expect: RCV004 pass google_sql_database_instance.mysql
# expect: RCV004 fail google_sql_database_instance.mysql_wrong_switch
# expect: RCV004 fail google_sql_database_instance.postgres_wrong_switch
# expect: RCV004 pass google_sql_database_instance.postgres
# expect: RCV005 pass google_sql_database_instance.postgres
# expect: RCV002 fail google_sql_database_instance.postgres
# expect: RCV002 pass google_sql_database_instance.thirty
# expect: RCV001 fail google_sql_database_instance.bare
# expect: RCV001 fail google_sql_database_instance.empty_block
# expect: RCV001 none google_sql_database_instance.replica
# expect: RCV015 pass google_sql_database_instance.postgres
# expect: RCV015 fail google_sql_database_instance.kept_home
# expect: RCV001 unknown google_sql_database_instance.clone
# expect: RCV005 fail google_sql_database_instance.short_logs
provider "google" {
  project = "acme"
  region  = "europe-west1"
}

resource "google_sql_database_instance" "mysql" {
  name             = "mysql"
  region           = "europe-west1"
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

resource "google_sql_database_instance" "mysql_wrong_switch" {
  name             = "mysql-wrong-switch"
  region           = "europe-west1"
  database_version = "MYSQL_8_0"
  settings {
    tier    = "db-custom-2-7680"
    edition = "ENTERPRISE"
    backup_configuration {
      enabled                        = true
      point_in_time_recovery_enabled = true
    }
  }
}

resource "google_sql_database_instance" "postgres_wrong_switch" {
  name             = "postgres-wrong-switch"
  region           = "europe-west1"
  database_version = "POSTGRES_16"
  settings {
    tier    = "db-custom-2-7680"
    edition = "ENTERPRISE"
    backup_configuration {
      enabled            = true
      binary_log_enabled = true
    }
  }
}

resource "google_sql_database_instance" "postgres" {
  name             = "postgres"
  region           = "europe-west1"
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

resource "google_sql_database_instance" "thirty" {
  name             = "thirty"
  region           = "europe-west1"
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

resource "google_sql_database_instance" "short_logs" {
  name             = "short-logs"
  region           = "europe-west1"
  database_version = "POSTGRES_16"
  settings {
    tier    = "db-custom-2-7680"
    edition = "ENTERPRISE"
    backup_configuration {
      enabled                        = true
      point_in_time_recovery_enabled = true
      transaction_log_retention_days = 3
    }
  }
}

resource "google_sql_database_instance" "bare" {
  name             = "bare"
  region           = "europe-west1"
  database_version = "POSTGRES_16"
  settings {
    tier    = "db-custom-2-7680"
    edition = "ENTERPRISE"
  }
}

resource "google_sql_database_instance" "empty_block" {
  name             = "empty-block"
  region           = "europe-west1"
  database_version = "POSTGRES_16"
  settings {
    tier    = "db-custom-2-7680"
    edition = "ENTERPRISE"
    backup_configuration {
      start_time = "03:00"
    }
  }
}

resource "google_sql_database_instance" "replica" {
  name                 = "replica"
  region               = "europe-west3"
  database_version     = "POSTGRES_16"
  master_instance_name = google_sql_database_instance.kept_home.name
  settings {
    tier    = "db-custom-2-7680"
    edition = "ENTERPRISE"
  }
}

resource "google_sql_database_instance" "kept_home" {
  name             = "kept-home"
  region           = "europe-west3"
  database_version = "POSTGRES_16"
  settings {
    tier    = "db-custom-2-7680"
    edition = "ENTERPRISE"
    backup_configuration {
      enabled  = true
      location = "europe-west3"
    }
  }
}

resource "google_sql_database_instance" "clone" {
  name             = "clone"
  region           = "europe-west3"
  database_version = "POSTGRES_16"
  clone {
    source_instance_name = "kept-home"
  }
}
