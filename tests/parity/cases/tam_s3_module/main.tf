# The style of terraform-aws-modules: create flags, maps with lookup and try, dynamic blocks, an output with try.
# expect: RCV040 pass module.logs.aws_s3_bucket.this[0]
# expect: RCV040 fail module.plain.aws_s3_bucket.this[0]
# expect: RCV057 fail module.plain.aws_s3_bucket.this[0]
# expect: RCV053 pass module.logs.aws_s3_bucket.this[0]
# expect: RCV052 pass module.logs.aws_s3_bucket.this[0]
# expect: RCV053 fail module.hasty.aws_s3_bucket.this[0]
# expect: RCV040 none module.nothing.aws_s3_bucket.this[0]
module "logs" {
  source     = "./bucket"
  bucket     = "acme-orders"
  versioning = { enabled = true }
  lifecycle_rule = [
    { id = "old", enabled = true, noncurrent_version_expiration = { days = 90 } },
    { id = "off", enabled = false, noncurrent_version_expiration = { days = 1 } },
  ]
}

module "plain" {
  source        = "./bucket"
  bucket        = "acme-plain"
  force_destroy = true
}

module "hasty" {
  source         = "./bucket"
  bucket         = "acme-hasty"
  versioning     = { status = "Enabled" }
  lifecycle_rule = [{ id = "old", status = "Enabled", noncurrent_version_expiration = { noncurrent_days = 3 } }]
}

module "nothing" {
  source        = "./bucket"
  create_bucket = false
  bucket        = "acme-nothing"
}
