# case: A bucket that is made with object lock
# recoverable: RCV040
# checkov: CKV_AWS_21
# trivy: AWS-0090
# kics: 568a4d22
# through: code plan
# good aws_s3_bucket.locked: S3 turns versioning on with object lock <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-configure.html>
resource "aws_s3_bucket" "locked" {
  bucket              = "acme-locked"
  object_lock_enabled = true
}
