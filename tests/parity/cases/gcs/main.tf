# Cloud Storage: locations, soft delete, the conditions of lifecycle rules.
# expect: RCV051 pass google_storage_bucket.multi
# expect: RCV051 pass google_storage_bucket.dual
# expect: RCV051 fail google_storage_bucket.single
# expect: RCV050 pass google_storage_bucket.single
# expect: RCV050 fail google_storage_bucket.soft_off
# expect: RCV053 fail google_storage_bucket.count_only
# expect: RCV053 pass google_storage_bucket.noncurrent
# expect: RCV053 fail google_storage_bucket.archived_by_age
# expect: RCV040 pass google_storage_bucket.noncurrent
# expect: RCV040 fail google_storage_bucket.single
# expect: RCV055 fail google_storage_bucket.open
resource "google_storage_bucket" "multi" {
  name     = "acme-multi"
  location = "EU"
}

resource "google_storage_bucket" "dual" {
  name     = "acme-dual"
  location = "US"
  custom_placement_config {
    data_locations = ["US-EAST1", "US-WEST1"]
  }
}

resource "google_storage_bucket" "single" {
  name     = "acme-single"
  location = "EUROPE-WEST1"
}

resource "google_storage_bucket" "soft_off" {
  name     = "acme-soft-off"
  location = "EU"
  soft_delete_policy {
    retention_duration_seconds = 0
  }
}

resource "google_storage_bucket" "count_only" {
  name     = "acme-count-only"
  location = "EU"
  versioning {
    enabled = true
  }
  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      num_newer_versions = 3
    }
  }
}

resource "google_storage_bucket" "noncurrent" {
  name     = "acme-noncurrent"
  location = "EU"
  versioning {
    enabled = true
  }
  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      days_since_noncurrent_time = 35
      num_newer_versions         = 3
    }
  }
}

resource "google_storage_bucket" "archived_by_age" {
  name     = "acme-archived-by-age"
  location = "EU"
  versioning {
    enabled = true
  }
  lifecycle_rule {
    action {
      type = "Delete"
    }
    condition {
      age        = 35
      with_state = "ARCHIVED"
    }
  }
}

resource "google_storage_bucket" "open" {
  name     = "acme-open"
  location = "EU"
}

resource "google_storage_bucket_iam_member" "open" {
  bucket = google_storage_bucket.open.name
  role   = "roles/storage.objectViewer"
  member = "allUsers"
}
