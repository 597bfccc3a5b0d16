# Names that are made of something random: the companion that is named alike belongs to the bucket.
# Code shows that two names are the same text; a plan shows only what they are made of.
# expect hcl: RCV040 pass aws_s3_bucket.same
# expect plan: RCV040 unknown aws_s3_bucket.same
# expect: RCV040 pass aws_s3_bucket.prefixed
# expect: RCV040 fail aws_s3_bucket.other
resource "random_id" "suffix" {
  byte_length = 4
}

locals {
  name = "acme-${random_id.suffix.hex}"
}

resource "aws_s3_bucket" "same" {
  bucket = local.name
}

resource "aws_s3_bucket_versioning" "same" {
  bucket = local.name
  versioning_configuration {
    status = "Enabled"
  }
  depends_on = [aws_s3_bucket.same]
}

resource "aws_s3_bucket" "prefixed" {
  bucket_prefix = "acme-"
}

resource "aws_s3_bucket_versioning" "prefixed" {
  bucket = aws_s3_bucket.prefixed.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket" "other" {
  bucket = "other-${random_id.suffix.hex}"
}
