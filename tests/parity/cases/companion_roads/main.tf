# Every road from a companion to its bucket.
# expect: RCV040 pass aws_s3_bucket.by_id
# expect: RCV040 pass aws_s3_bucket.by_bucket
# expect: RCV040 pass aws_s3_bucket.by_name
# expect: RCV040 pass aws_s3_bucket.by_local
# expect: RCV040 pass aws_s3_bucket.splat[0]
# expect: RCV040 pass aws_s3_bucket.one[0]
# join() of one item is that item.
# expect: RCV040 pass aws_s3_bucket.join[0]
# expect: RCV040 pass aws_s3_bucket.each["a"]
# expect: RCV040 pass aws_s3_bucket.each["b"]
# expect: RCV040 pass aws_s3_bucket.keyed["a"]
# expect: RCV040 fail aws_s3_bucket.keyed["b"]
# expect: RCV040 pass aws_s3_bucket.counted[0]
# expect: RCV040 fail aws_s3_bucket.counted[1]
# expect: RCV040 pass module.out.aws_s3_bucket.this
# expect: RCV040 fail aws_s3_bucket.alone
# expect: RCV040 pass aws_s3_bucket.chosen["x"]
# expect: RCV040 fail aws_s3_bucket.chosen["y"]
resource "aws_s3_bucket" "by_id" {
  bucket = "acme-by-id"
}

resource "aws_s3_bucket_versioning" "by_id" {
  bucket = aws_s3_bucket.by_id.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket" "by_bucket" {
  bucket = "acme-by-bucket"
}

resource "aws_s3_bucket_versioning" "by_bucket" {
  bucket = aws_s3_bucket.by_bucket.bucket
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket" "by_name" {
  bucket = "acme-by-name"
}

resource "aws_s3_bucket_versioning" "by_name" {
  bucket = "acme-by-name"
  versioning_configuration {
    status = "Enabled"
  }
}

locals {
  name    = "acme-by-local"
  buckets = toset(["a", "b"])
}

resource "aws_s3_bucket" "by_local" {
  bucket = local.name
}

resource "aws_s3_bucket_versioning" "by_local" {
  bucket = local.name
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket" "splat" {
  count  = 1
  bucket = "acme-splat"
}

resource "aws_s3_bucket_versioning" "splat" {
  count  = 1
  bucket = (aws_s3_bucket.splat[*].id)[0]
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket" "one" {
  count = 1
}

resource "aws_s3_bucket_versioning" "one" {
  count  = length(aws_s3_bucket.one)
  bucket = one(aws_s3_bucket.one[*].id)
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket" "join" {
  count = 1
}

resource "aws_s3_bucket_versioning" "join" {
  bucket = join("", aws_s3_bucket.join.*.id)
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket" "each" {
  for_each = local.buckets
  bucket   = "acme-each-${each.key}"
}

resource "aws_s3_bucket_versioning" "each" {
  for_each = aws_s3_bucket.each
  bucket   = each.value.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket" "keyed" {
  for_each = local.buckets
}

resource "aws_s3_bucket_versioning" "keyed" {
  for_each = toset(["a"])
  bucket   = aws_s3_bucket.keyed[each.key].id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket" "counted" {
  count = 2
}

resource "aws_s3_bucket_versioning" "counted" {
  count  = length(aws_s3_bucket.counted)
  bucket = aws_s3_bucket.counted[count.index].id
  versioning_configuration {
    status = count.index == 0 ? "Enabled" : "Suspended"
  }
}

resource "aws_s3_bucket" "chosen" {
  for_each = { x = "one", y = "two" }
}

resource "aws_s3_bucket_versioning" "chosen" {
  for_each = { for key, bucket in aws_s3_bucket.chosen : key => bucket.id if key != "y" }
  bucket   = each.value
  versioning_configuration {
    status = "Enabled"
  }
}

module "out" {
  source = "./bucket"
}

resource "aws_s3_bucket_versioning" "out" {
  bucket = module.out.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket" "alone" {
}
