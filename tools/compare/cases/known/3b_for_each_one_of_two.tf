# case: Two buckets by for_each, versioning for one of them only
# recoverable: RCV040
# checkov: CKV_AWS_21
# trivy: AWS-0090
# kics: 568a4d22
# through: code plan
# runs: 6
# good aws_s3_bucket.c["a"]: chosen by the for_each of the versioning <https://developer.hashicorp.com/terraform/language/meta-arguments/for_each>
# bad aws_s3_bucket.c["b"]: left out of the for_each of the versioning <https://developer.hashicorp.com/terraform/language/meta-arguments/for_each>
resource "aws_s3_bucket" "c" {
  for_each = toset(["a", "b"])
  bucket   = "acme-${each.key}"
}

resource "aws_s3_bucket_versioning" "c" {
  for_each = toset(["a"])
  bucket   = aws_s3_bucket.c[each.key].id
  versioning_configuration {
    status = "Enabled"
  }
}
