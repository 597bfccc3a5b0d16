# case: Bucket and versioning with count in a module of a module
# recoverable: RCV040
# checkov: CKV_AWS_21
# trivy: AWS-0090
# kics: 568a4d22
# through: code plan
# good module.outer.module.inner.aws_s3_bucket.b[0]: count is 1, for both <https://developer.hashicorp.com/terraform/language/meta-arguments/count>
module "outer" {
  source = "./outer"
}
