# case: S3: versioning in its own resource
# recoverable: RCV040
# checkov: CKV_AWS_21
# trivy: AWS-0090
# kics: 568a4d22
# through: code plan
# part aws_s3_bucket_versioning.suspended aws_s3_bucket.suspended
# good aws_s3_bucket.on: enabled <https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html>
# bad aws_s3_bucket.suspended: suspended <https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html>
# bad aws_s3_bucket.absent: off by default <https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html>
resource "aws_s3_bucket" "on" {
  bucket = "acme-on"
}

resource "aws_s3_bucket_versioning" "on" {
  bucket = aws_s3_bucket.on.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket" "suspended" {
  bucket = "acme-suspended"
}

resource "aws_s3_bucket_versioning" "suspended" {
  bucket = aws_s3_bucket.suspended.id
  versioning_configuration {
    status = "Suspended"
  }
}

resource "aws_s3_bucket" "absent" {
  bucket = "acme-absent"
}
