# case: GCS: can deleted objects be brought back?
# recoverable: RCV050
# through: code plan
# bad google_storage_bucket.off: 0 seconds turns soft delete off <https://cloud.google.com/storage/docs/soft-delete>
# good google_storage_bucket.on: not set: on for 7 days <https://cloud.google.com/storage/docs/soft-delete>
resource "google_storage_bucket" "off" {
  name     = "acme-off"
  location = "EU"
  soft_delete_policy {
    retention_duration_seconds = 0
  }
}

resource "google_storage_bucket" "on" {
  name     = "acme-on"
  location = "EU"
}
