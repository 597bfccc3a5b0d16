# Policies that deny plain HTTP, and policies that only look so.
# The ARN of a bucket that is created by the same plan makes its whole policy unknown; a plan still shows the blocks of a document, but nothing of what jsonencode() made.
# expect: RCV056 pass aws_s3_bucket.document
# expect hcl: RCV056 pass aws_s3_bucket.encoded
# expect plan: RCV056 unknown aws_s3_bucket.encoded
# expect: RCV056 pass aws_s3_bucket.merged
# expect: RCV056 pass aws_s3_bucket.literal
# expect: RCV056 pass aws_s3_bucket.second
# expect: RCV056 fail aws_s3_bucket.one_role
# expect: RCV056 fail aws_s3_bucket.bucket_only
# expect: RCV056 fail aws_s3_bucket.two_conditions
# expect: RCV056 fail aws_s3_bucket.allow
# expect: RCV056 fail aws_s3_bucket.without
resource "aws_s3_bucket" "document" {
  bucket = "acme-document"
}

data "aws_iam_policy_document" "tls" {
  statement {
    sid       = "DenyPlainHttp"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.document.arn, "${aws_s3_bucket.document.arn}/*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_s3_bucket_policy" "document" {
  bucket = aws_s3_bucket.document.id
  policy = data.aws_iam_policy_document.tls.json
}

resource "aws_s3_bucket" "encoded" {
  bucket = "acme-encoded"
}

resource "aws_s3_bucket_policy" "encoded" {
  bucket = aws_s3_bucket.encoded.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [aws_s3_bucket.encoded.arn, "${aws_s3_bucket.encoded.arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}

resource "aws_s3_bucket" "merged" {
  bucket = "acme-merged"
}

data "aws_iam_policy_document" "base" {
  statement {
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = ["arn:aws:s3:::acme-merged", "arn:aws:s3:::acme-merged/*"]
    principals {
      type        = "AWS"
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

data "aws_iam_policy_document" "combined" {
  source_policy_documents = [data.aws_iam_policy_document.base.json]
}

resource "aws_s3_bucket_policy" "merged" {
  bucket = aws_s3_bucket.merged.id
  policy = data.aws_iam_policy_document.combined.json
}

resource "aws_s3_bucket" "literal" {
  bucket = "acme-literal"
}

resource "aws_s3_bucket_policy" "literal" {
  bucket = aws_s3_bucket.literal.id
  policy = <<-JSON
    {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "s3:*", "Resource": "arn:aws:s3:::acme-literal/*", "Condition": {"Bool": {"aws:SecureTransport": false}}}}
  JSON
}

resource "aws_s3_bucket" "second" {
  bucket = "acme-second"
}

resource "aws_s3_bucket_policy" "second" {
  bucket = aws_s3_bucket.second.id
  policy = jsonencode({
    Statement = [
      { Effect = "Deny", Principal = "*", Action = "s3:DeleteBucket", Resource = "arn:aws:s3:::acme-second", Condition = { Bool = { "aws:SecureTransport" = "false" } } },
      { Effect = "Deny", Principal = "*", Action = "s3:*", Resource = "arn:aws:s3:::acme-second/*", Condition = { Bool = { "aws:SecureTransport" = "false" } } },
    ]
  })
}

resource "aws_s3_bucket" "one_role" {
  bucket = "acme-one-role"
}

resource "aws_s3_bucket_policy" "one_role" {
  bucket = aws_s3_bucket.one_role.id
  policy = jsonencode({
    Statement = [{ Effect = "Deny", Principal = { AWS = "arn:aws:iam::123456789012:role/one" }, Action = "s3:*", Resource = "arn:aws:s3:::acme-one-role/*", Condition = { Bool = { "aws:SecureTransport" = "false" } } }]
  })
}

resource "aws_s3_bucket" "bucket_only" {
  bucket = "acme-bucket-only"
}

resource "aws_s3_bucket_policy" "bucket_only" {
  bucket = aws_s3_bucket.bucket_only.id
  policy = jsonencode({
    Statement = [{ Effect = "Deny", Principal = "*", Action = "s3:*", Resource = "arn:aws:s3:::acme-bucket-only", Condition = { Bool = { "aws:SecureTransport" = "false" } } }]
  })
}

resource "aws_s3_bucket" "two_conditions" {
  bucket = "acme-two-conditions"
}

resource "aws_s3_bucket_policy" "two_conditions" {
  bucket = aws_s3_bucket.two_conditions.id
  policy = jsonencode({
    Statement = [{ Effect = "Deny", Principal = "*", Action = "s3:*", Resource = "arn:aws:s3:::acme-two-conditions/*", Condition = { Bool = { "aws:SecureTransport" = "false" }, IpAddress = { "aws:SourceIp" = "10.0.0.0/8" } } }]
  })
}

resource "aws_s3_bucket" "allow" {
  bucket = "acme-allow"
}

resource "aws_s3_bucket_policy" "allow" {
  bucket = aws_s3_bucket.allow.id
  policy = jsonencode({
    Statement = [{ Effect = "Allow", Principal = { AWS = "arn:aws:iam::123456789012:root" }, Action = "s3:*", Resource = "arn:aws:s3:::acme-allow/*", Condition = { Bool = { "aws:SecureTransport" = "true" } } }]
  })
}

resource "aws_s3_bucket" "without" {
  bucket = "acme-without"
}
