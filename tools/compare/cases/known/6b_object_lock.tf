# case: S3 object lock, written as its own resource
# recoverable: RCV043
# checkov: CKV_AWS_143
# through: code plan
# standard: [environments.prod]
# standard: object_lock = true
# good aws_s3_bucket.locked: switched on, with 30 days by default <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_bucket_object_lock_configuration>
# bad aws_s3_bucket.open: has no lock, which is asked of every bucket here <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html>
resource "aws_s3_bucket" "locked" {
  bucket              = "acme-locked"
  object_lock_enabled = true
}

resource "aws_s3_bucket_object_lock_configuration" "locked" {
  bucket = aws_s3_bucket.locked.id
  rule {
    default_retention {
      mode = "GOVERNANCE"
      days = 30
    }
  }
}

resource "aws_s3_bucket" "open" {
  bucket = "acme-open"
}
