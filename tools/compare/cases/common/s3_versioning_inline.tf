# case: S3: versioning in the old inline block
# recoverable: RCV040
# checkov: CKV_AWS_21
# trivy: AWS-0090
# kics: 568a4d22
# through: code plan
# good aws_s3_bucket.on: enabled <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_bucket#versioning-1>
# bad aws_s3_bucket.off: disabled <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_bucket#versioning-1>
resource "aws_s3_bucket" "on" {
  bucket = "acme-on"
  versioning {
    enabled = true
  }
}

resource "aws_s3_bucket" "off" {
  bucket = "acme-off"
  versioning {
    enabled = false
  }
}
