# case: S3: encryption at rest
# recoverable: RCV041
# checkov: CKV_AWS_19
# trivy: AWS-0088
# through: code plan
# good aws_s3_bucket.absent: S3 encrypts every new object since January 2023 <https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html>
# good aws_s3_bucket.kms: under a KMS key <https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html>
resource "aws_s3_bucket" "absent" {
  bucket = "acme-absent"
}

resource "aws_s3_bucket" "kms" {
  bucket = "acme-kms"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "kms" {
  bucket = aws_s3_bucket.kms.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "aws:kms"
    }
  }
}
