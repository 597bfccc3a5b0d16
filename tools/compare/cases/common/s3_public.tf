# case: S3: public by its ACL
# recoverable: RCV055
# checkov: CKV_AWS_20
# trivy: AWS-0092
# kics: d0cc8694
# through: code plan
# part aws_s3_bucket_acl.open aws_s3_bucket.open
# part aws_s3_bucket_public_access_block.open aws_s3_bucket.open
# bad aws_s3_bucket.open: readable by everyone, and the block is off <https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html>
# good aws_s3_bucket.closed: private <https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html>
resource "aws_s3_bucket" "open" {
  bucket = "acme-open"
}

resource "aws_s3_bucket_public_access_block" "open" {
  bucket                  = aws_s3_bucket.open.id
  block_public_acls       = false
  ignore_public_acls      = false
  block_public_policy     = false
  restrict_public_buckets = false
}

resource "aws_s3_bucket_acl" "open" {
  bucket = aws_s3_bucket.open.id
  acl    = "public-read"
}

resource "aws_s3_bucket" "closed" {
  bucket = "acme-closed"
}

resource "aws_s3_bucket_acl" "closed" {
  bucket = aws_s3_bucket.closed.id
  acl    = "private"
}
