# only: hcl
# A count that depends on a variable without a value. Whether two such counts are the same is not known to the mapping.
# expect: RCV040 pass aws_s3_bucket.same[*]
# expect: RCV040 pass aws_s3_bucket.one[*]
# expect: RCV040 unknown aws_s3_bucket.differs[*]
# expect: RCV040 unknown aws_s3_bucket.always
# expect: RCV040 unknown aws_s3_bucket.keyed[*]
# expect: RCV040 fail aws_s3_bucket.bare[*]
# expect: RCV001 fail aws_db_instance.maybe[*]
variable "enabled" {
  type = bool
}

variable "versioned" {
  type = bool
}

variable "names" {
  type = set(string)
}

resource "aws_s3_bucket" "same" {
  count = var.enabled ? 1 : 0
}

resource "aws_s3_bucket_versioning" "same" {
  count  = var.enabled ? 1 : 0
  bucket = aws_s3_bucket.same[0].id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket" "one" {
  count = var.enabled ? 1 : 0
}

resource "aws_s3_bucket_versioning" "one" {
  count  = var.enabled ? 1 : 0
  bucket = one(aws_s3_bucket.one[*].id)
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket" "differs" {
  count = var.enabled ? 1 : 0
}

resource "aws_s3_bucket_versioning" "differs" {
  count  = var.enabled && var.versioned ? 1 : 0
  bucket = aws_s3_bucket.differs[0].id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket" "always" {
  bucket = "acme-always"
}

resource "aws_s3_bucket_versioning" "always" {
  count  = var.versioned ? 1 : 0
  bucket = aws_s3_bucket.always.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket" "keyed" {
  for_each = var.names
  bucket   = "acme-${each.key}"
}

resource "aws_s3_bucket_versioning" "keyed" {
  for_each = aws_s3_bucket.keyed
  bucket   = each.value.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket" "bare" {
  count = var.enabled ? 1 : 0
}

resource "aws_db_instance" "maybe" {
  count          = var.enabled ? 1 : 0
  identifier     = "maybe"
  instance_class = "db.t4g.micro"
}
