variable "name" {
  type = string
}

variable "days" {
  type    = number
  default = 7
}

variable "protected" {
  type = bool
}

variable "versioned" {
  type    = bool
  default = true
}

module "db" {
  source = "./db"
  count  = var.days > 0 ? 1 : 0

  instances = { main = { name = var.name, days = var.days, protected = var.protected } }
}

resource "aws_s3_bucket" "files" {
  bucket_prefix = "acme-${var.name}-"
}

resource "aws_s3_bucket_versioning" "files" {
  for_each = var.versioned ? { files = aws_s3_bucket.files } : {}
  bucket   = each.value.bucket
  versioning_configuration {
    status = "Enabled"
  }
}
