# case: S3: versioning that a switch leaves out
# recoverable: RCV040
# checkov: CKV_AWS_21
# trivy: AWS-0090
# kics: 568a4d22
# through: code plan
# bad aws_s3_bucket.b: count is 0 <https://developer.hashicorp.com/terraform/language/meta-arguments/count>
variable "versions" {
  type    = bool
  default = false
}

resource "aws_s3_bucket" "b" {
  bucket = "acme-b"
}

resource "aws_s3_bucket_versioning" "b" {
  count  = var.versions ? 1 : 0
  bucket = aws_s3_bucket.b.id
  versioning_configuration {
    status = "Enabled"
  }
}
