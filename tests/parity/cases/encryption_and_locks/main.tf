# Keys made in the same run, object lock in old and new style, public access.
# expect: RCV040 pass aws_s3_bucket.locked
# expect: RCV044 fail aws_s3_bucket.locked
# expect: RCV045 fail aws_s3_bucket.locked
# expect: RCV044 pass aws_s3_bucket.years
# expect: RCV040 pass aws_s3_bucket.old_lock
# expect: RCV055 fail aws_s3_bucket.public_acl
# expect: RCV055 fail aws_s3_bucket.public_policy
# expect: RCV055 pass aws_s3_bucket.shut
# expect: RCV055 fail aws_s3_bucket.half_shut
# expect: RCV055 pass aws_s3_bucket.org_only
resource "aws_s3_bucket" "locked" {
  bucket              = "acme-locked"
  object_lock_enabled = true
}

resource "aws_s3_bucket_object_lock_configuration" "locked" {
  bucket = aws_s3_bucket.locked.bucket
  rule {
    default_retention {
      mode = "COMPLIANCE"
      days = 5
    }
  }
}

resource "aws_s3_bucket" "years" {
  bucket = "acme-years"
}

resource "aws_s3_bucket_versioning" "years" {
  bucket = aws_s3_bucket.years.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_object_lock_configuration" "years" {
  bucket              = aws_s3_bucket.years.id
  object_lock_enabled = "Enabled"
  rule {
    default_retention {
      mode  = "GOVERNANCE"
      years = 1
    }
  }
}

resource "aws_s3_bucket" "old_lock" {
  bucket = "acme-old-lock"
  object_lock_configuration {
    object_lock_enabled = "Enabled"
  }
}

resource "aws_s3_bucket" "public_acl" {
  bucket = "acme-public-acl"
  acl    = "public-read"
}

resource "aws_s3_bucket" "public_policy" {
  bucket = "acme-public-policy"
  policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "s3:GetObject", Resource = "arn:aws:s3:::acme-public-policy/*", Condition = { Bool = { "aws:SecureTransport" = "true" } } }] })
}

resource "aws_s3_bucket" "shut" {
  bucket = "acme-shut"
  acl    = "public-read"
}

resource "aws_s3_bucket_public_access_block" "shut" {
  bucket                  = aws_s3_bucket.shut.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket" "half_shut" {
  bucket = "acme-half-shut"
}

resource "aws_s3_bucket_public_access_block" "half_shut" {
  bucket            = aws_s3_bucket.half_shut.id
  block_public_acls = true
}

resource "aws_s3_bucket" "org_only" {
  bucket = "acme-org-only"
  policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "s3:GetObject", Resource = "arn:aws:s3:::acme-org-only/*", Condition = { StringEquals = { "aws:PrincipalOrgID" = "o-12345" } } }] })
}
