# case: Versioning in the root for a bucket in a module, by the module's output
# recoverable: RCV040
# checkov: CKV_AWS_21
# trivy: AWS-0090
# kics: 568a4d22
# through: code plan
# good module.store.aws_s3_bucket.b: the output is the bucket's id <https://developer.hashicorp.com/terraform/language/values/outputs>
# bad module.other.aws_s3_bucket.b: nothing refers to this one <https://developer.hashicorp.com/terraform/language/values/outputs>
module "store" {
  source = "./store"
  name   = "acme-store"
}

module "other" {
  source = "./store"
  name   = "acme-other"
}

resource "aws_s3_bucket_versioning" "store" {
  bucket = module.store.id
  versioning_configuration {
    status = "Enabled"
  }
}
