# Several lifecycle rules: the shortest unfiltered one decides, what is unknown never hides what is known to be too short.
# expect: RCV053 fail aws_s3_bucket.short_and_unknown
# expect: RCV053 unknown aws_s3_bucket.unknown_and_long
# expect: RCV053 unknown aws_s3_bucket.long_and_unknown
# expect: RCV053 pass aws_s3_bucket.off
# expect: RCV052 fail aws_s3_bucket.part
# expect: RCV053 fail aws_s3_bucket.old_inline
resource "terraform_data" "later" {}

resource "aws_s3_bucket" "short_and_unknown" {
  bucket = "acme-short-and-unknown"
}

resource "aws_s3_bucket_versioning" "short_and_unknown" {
  bucket = aws_s3_bucket.short_and_unknown.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "short_and_unknown" {
  bucket = aws_s3_bucket.short_and_unknown.id
  rule {
    id     = "a"
    status = "Enabled"
    noncurrent_version_expiration {
      noncurrent_days = 2
    }
  }
  rule {
    id     = "b"
    status = "Enabled"
    noncurrent_version_expiration {
      noncurrent_days = tonumber(terraform_data.later.id)
    }
  }
}

resource "aws_s3_bucket" "unknown_and_long" {
  bucket = "acme-unknown-and-long"
}

resource "aws_s3_bucket_versioning" "unknown_and_long" {
  bucket = aws_s3_bucket.unknown_and_long.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "unknown_and_long" {
  bucket = aws_s3_bucket.unknown_and_long.id
  rule {
    id     = "a"
    status = "Enabled"
    noncurrent_version_expiration {
      noncurrent_days = tonumber(terraform_data.later.id)
    }
  }
  rule {
    id     = "b"
    status = "Enabled"
    noncurrent_version_expiration {
      noncurrent_days = 365
    }
  }
}

resource "aws_s3_bucket" "long_and_unknown" {
  bucket = "acme-long-and-unknown"
}

resource "aws_s3_bucket_versioning" "long_and_unknown" {
  bucket = aws_s3_bucket.long_and_unknown.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "long_and_unknown" {
  bucket = aws_s3_bucket.long_and_unknown.id
  rule {
    id     = "b"
    status = "Enabled"
    noncurrent_version_expiration {
      noncurrent_days = 365
    }
  }
  rule {
    id     = "a"
    status = "Enabled"
    noncurrent_version_expiration {
      noncurrent_days = tonumber(terraform_data.later.id)
    }
  }
}

resource "aws_s3_bucket" "off" {
  bucket = "acme-off"
}

resource "aws_s3_bucket_versioning" "off" {
  bucket = aws_s3_bucket.off.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "off" {
  bucket = aws_s3_bucket.off.id
  rule {
    id     = "a"
    status = "Disabled"
    noncurrent_version_expiration {
      noncurrent_days = 2
    }
  }
}

resource "aws_s3_bucket" "part" {
  bucket = "acme-part"
}

resource "aws_s3_bucket_versioning" "part" {
  bucket = aws_s3_bucket.part.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "part" {
  bucket = aws_s3_bucket.part.id
  rule {
    id     = "a"
    status = "Enabled"
    filter {
      prefix = "scratch/"
    }
    noncurrent_version_expiration {
      noncurrent_days = 60
    }
  }
}

resource "aws_s3_bucket" "old_inline" {
  bucket = "acme-old-inline"
  versioning {
    enabled = true
  }
  lifecycle_rule {
    enabled = true
    noncurrent_version_expiration {
      days = 5
    }
  }
}
