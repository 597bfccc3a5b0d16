# case: GCS: versioning
# recoverable: RCV040
# checkov: CKV_GCP_78
# trivy: GCP-0078
# kics: e7e961ac
# through: code plan
# good google_storage_bucket.on: enabled <https://cloud.google.com/storage/docs/object-versioning>
# bad google_storage_bucket.off: disabled <https://cloud.google.com/storage/docs/object-versioning>
# bad google_storage_bucket.absent: off by default <https://cloud.google.com/storage/docs/object-versioning>
resource "google_storage_bucket" "on" {
  name     = "acme-on"
  location = "EU"
  versioning {
    enabled = true
  }
}

resource "google_storage_bucket" "off" {
  name     = "acme-off"
  location = "EU"
  versioning {
    enabled = false
  }
}

resource "google_storage_bucket" "absent" {
  name     = "acme-absent"
  location = "EU"
}
