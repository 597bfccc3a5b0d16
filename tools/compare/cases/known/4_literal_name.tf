# case: Versioning that names its bucket instead of referring to it
# recoverable: RCV040
# checkov: CKV_AWS_21
# trivy: AWS-0090
# kics: 568a4d22
# through: code plan
# good aws_s3_bucket.named: the argument is the bucket's name, however it is written <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_bucket_versioning#bucket-1>
resource "aws_s3_bucket" "named" {
  bucket = "acme-named"
}

resource "aws_s3_bucket_versioning" "named" {
  bucket = "acme-named"
  versioning_configuration {
    status = "Enabled"
  }
}
