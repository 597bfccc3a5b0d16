# case: S3 replication into a second region
# recoverable: RCV046 RCV047
# checkov: CKV_AWS_144
# through: code plan
# bad aws_s3_bucket.near: its copy lies in the same region <https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html>
# good aws_s3_bucket.far: its copy lies in another region <https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html>
# bad aws_s3_bucket.alone: has no copy <https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html>
# exempt aws_s3_bucket.copy_far: is the copy <https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html>
provider "aws" {
  region = "eu-west-1"
}

provider "aws" {
  alias  = "far"
  region = "eu-central-1"
}

resource "aws_s3_bucket" "near" {
  bucket = "acme-near"
}

resource "aws_s3_bucket" "copy_near" {
  bucket = "acme-copy-near"
}

resource "aws_s3_bucket_replication_configuration" "near" {
  bucket = aws_s3_bucket.near.id
  role   = "arn:aws:iam::123456789012:role/replication"
  rule {
    status = "Enabled"
    destination {
      bucket = aws_s3_bucket.copy_near.arn
    }
  }
}

resource "aws_s3_bucket" "far" {
  bucket = "acme-far"
}

resource "aws_s3_bucket" "copy_far" {
  provider = aws.far
  bucket   = "acme-copy-far"
}

resource "aws_s3_bucket_replication_configuration" "far" {
  bucket = aws_s3_bucket.far.id
  role   = "arn:aws:iam::123456789012:role/replication"
  rule {
    status = "Enabled"
    destination {
      bucket = aws_s3_bucket.copy_far.arn
    }
  }
}

resource "aws_s3_bucket" "alone" {
  bucket = "acme-alone"
}
