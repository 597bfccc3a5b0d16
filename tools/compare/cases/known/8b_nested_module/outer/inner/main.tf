variable "versions" {
  type = bool
}

resource "aws_s3_bucket" "b" {
  count  = 1
  bucket = "acme-inner"
}

resource "aws_s3_bucket_versioning" "b" {
  count  = var.versions ? 1 : 0
  bucket = aws_s3_bucket.b[0].id
  versioning_configuration {
    status = "Enabled"
  }
}
