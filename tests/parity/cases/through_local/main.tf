# A plan does not say what a local is made of: there the companion may be anybody's.
# expect hcl: RCV040 pass aws_s3_bucket.mine
# expect hcl: RCV040 fail aws_s3_bucket.other
# expect plan: RCV040 unknown aws_s3_bucket.mine
# expect plan: RCV040 unknown aws_s3_bucket.other
locals {
  via = { bucket = aws_s3_bucket.mine.id, other = aws_s3_bucket.other.arn }
}

resource "aws_s3_bucket" "mine" {
  bucket = "acme-mine"
}

resource "aws_s3_bucket_versioning" "mine" {
  bucket = local.via.bucket
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket" "other" {
  bucket = "acme-other"
}
