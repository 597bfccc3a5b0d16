# case: Two buckets by for_each, versioning by for_each over them
# recoverable: RCV040
# checkov: CKV_AWS_21
# trivy: AWS-0090
# kics: 568a4d22
# through: code plan
# runs: 6
# good aws_s3_bucket.c["a"]: each has its own versioning <https://developer.hashicorp.com/terraform/language/meta-arguments/for_each#chaining-for_each-between-resources>
# good aws_s3_bucket.c["b"]: each has its own versioning <https://developer.hashicorp.com/terraform/language/meta-arguments/for_each#chaining-for_each-between-resources>
resource "aws_s3_bucket" "c" {
  for_each = toset(["a", "b"])
  bucket   = "acme-${each.key}"
}

resource "aws_s3_bucket_versioning" "c" {
  for_each = aws_s3_bucket.c
  bucket   = each.value.id
  versioning_configuration {
    status = "Enabled"
  }
}
