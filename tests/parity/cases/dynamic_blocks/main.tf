# Dynamic blocks over something known, something empty, and something that is known only later.
# expect: RCV004 pass aws_dynamodb_table.on
# expect: RCV004 fail aws_dynamodb_table.empty
# point_in_time_recovery is optional and computed: a plan shows a dynamic one that is unknown as it shows none at all.
# expect hcl: RCV004 unknown aws_dynamodb_table.later
# expect plan: RCV004 fail aws_dynamodb_table.later
# expect hcl: RCV002 pass aws_dynamodb_table.on
# expect plan: RCV002 unknown aws_dynamodb_table.on
# expect: RCV053 unknown aws_s3_bucket.rules_later
# expect: RCV046 unknown aws_s3_bucket.rules_later
# expect: RCV040 unknown aws_s3_bucket.status_later
# expect: RCV053 fail aws_s3_bucket.old
# expect: RCV040 pass aws_s3_bucket.old
resource "terraform_data" "later" {}

resource "aws_dynamodb_table" "on" {
  name     = "on"
  hash_key = "id"
  dynamic "point_in_time_recovery" {
    for_each = { prod = true, dev = null }["prod"] == true ? [1] : []
    content {
      enabled = true
    }
  }
  attribute {
    name = "id"
    type = "S"
  }
}

resource "aws_dynamodb_table" "empty" {
  name     = "empty"
  hash_key = "id"
  dynamic "point_in_time_recovery" {
    for_each = []
    content {
      enabled = true
    }
  }
  attribute {
    name = "id"
    type = "S"
  }
}

resource "aws_dynamodb_table" "later" {
  name     = "later"
  hash_key = "id"
  dynamic "point_in_time_recovery" {
    for_each = terraform_data.later.id == "x" ? [1] : []
    content {
      enabled = true
    }
  }
  attribute {
    name = "id"
    type = "S"
  }
}

resource "aws_s3_bucket" "old" {
  bucket = "acme-old"
  dynamic "versioning" {
    for_each = [{ enabled = true }]
    content {
      enabled = versioning.value.enabled
    }
  }
  dynamic "lifecycle_rule" {
    for_each = { a = 90, b = 10 }
    iterator = each_rule
    content {
      id      = each_rule.key
      enabled = true
      noncurrent_version_expiration {
        days = each_rule.value
      }
    }
  }
}

resource "aws_s3_bucket" "rules_later" {
  bucket = "acme-rules-later"
}

resource "aws_s3_bucket_versioning" "rules_later" {
  bucket = aws_s3_bucket.rules_later.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "rules_later" {
  bucket = aws_s3_bucket.rules_later.id
  dynamic "rule" {
    for_each = terraform_data.later.id == "x" ? [1] : [1, 2]
    content {
      id     = rule.key
      status = "Enabled"
      noncurrent_version_expiration {
        noncurrent_days = rule.value
      }
    }
  }
}

resource "aws_s3_bucket_replication_configuration" "rules_later" {
  bucket = aws_s3_bucket.rules_later.id
  role   = "arn:aws:iam::123456789012:role/replication"
  dynamic "rule" {
    for_each = terraform_data.later.id == "x" ? [1] : [1, 2]
    content {
      status = "Enabled"
      destination {
        bucket = "arn:aws:s3:::acme-elsewhere"
      }
    }
  }
}

resource "aws_s3_bucket" "status_later" {
  bucket = "acme-status-later"
}

resource "aws_s3_bucket_versioning" "status_later" {
  bucket = aws_s3_bucket.status_later.id
  dynamic "versioning_configuration" {
    for_each = terraform_data.later.id == "x" ? ["Enabled"] : ["Suspended"]
    content {
      status = versioning_configuration.value
    }
  }
}
