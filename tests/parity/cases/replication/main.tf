# Replication by a module with two providers, in part only, disabled, into the same region, and by name.
# expect: RCV046 pass module.pair.aws_s3_bucket.source
# expect: RCV047 pass module.pair.aws_s3_bucket.source
# expect: RCV048 pass module.pair.aws_s3_bucket.source
# expect: RCV046 none module.pair.aws_s3_bucket.target
# expect: RCV046 fail aws_s3_bucket.part
# expect: RCV046 fail aws_s3_bucket.disabled
# expect: RCV047 fail aws_s3_bucket.same_region
# expect: RCV047 pass aws_s3_bucket.named
# expect: RCV049 fail aws_s3_bucket.aws_key
# expect: RCV046 pass aws_s3_bucket.mixed
# expect: RCV048 fail aws_s3_bucket.mixed
# expect: RCV046 unknown aws_s3_bucket.random_target
provider "aws" {
  region = "eu-west-1"
}

provider "aws" {
  alias  = "far"
  region = "eu-central-1"
}

module "pair" {
  source = "./pair"
  providers = {
    aws         = aws
    aws.replica = aws.far
  }
}

resource "aws_s3_bucket" "far" {
  provider = aws.far
  bucket   = "acme-far"
}

resource "aws_s3_bucket" "near" {
  bucket = "acme-near"
}

resource "aws_s3_bucket" "part" {
  bucket = "acme-part"
}

resource "aws_s3_bucket_replication_configuration" "part" {
  bucket = aws_s3_bucket.part.id
  role   = "arn:aws:iam::123456789012:role/replication"
  rule {
    status = "Enabled"
    filter {
      prefix = "images/"
    }
    delete_marker_replication {
      status = "Disabled"
    }
    destination {
      bucket = aws_s3_bucket.far.arn
    }
  }
}

resource "aws_s3_bucket" "disabled" {
  bucket = "acme-disabled"
}

resource "aws_s3_bucket_replication_configuration" "disabled" {
  bucket = aws_s3_bucket.disabled.id
  role   = "arn:aws:iam::123456789012:role/replication"
  rule {
    status = "Disabled"
    destination {
      bucket = aws_s3_bucket.far.arn
    }
  }
}

resource "aws_s3_bucket" "same_region" {
  bucket = "acme-same-region"
}

resource "aws_s3_bucket_replication_configuration" "same_region" {
  bucket = aws_s3_bucket.same_region.id
  role   = "arn:aws:iam::123456789012:role/replication"
  rule {
    status = "Enabled"
    destination {
      bucket = aws_s3_bucket.near.arn
    }
  }
}

resource "aws_s3_bucket" "named" {
  bucket = "acme-named"
}

resource "aws_s3_bucket_replication_configuration" "named" {
  bucket = aws_s3_bucket.named.id
  role   = "arn:aws:iam::123456789012:role/replication"
  rule {
    status = "Enabled"
    destination {
      bucket = "arn:aws:s3:::acme-far"
    }
  }
}

resource "aws_s3_bucket" "aws_key" {
  bucket = "acme-aws-key"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "aws_key" {
  bucket = aws_s3_bucket.aws_key.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "aws:kms"
    }
  }
}

resource "aws_s3_bucket_replication_configuration" "aws_key" {
  bucket = aws_s3_bucket.aws_key.id
  role   = "arn:aws:iam::123456789012:role/replication"
  rule {
    status = "Enabled"
    destination {
      bucket = aws_s3_bucket.far.arn
    }
  }
}

resource "aws_s3_bucket" "mixed" {
  bucket = "acme-mixed"
}

# The time limit of a rule with a filter says nothing of the rest of the bucket.
resource "aws_s3_bucket_replication_configuration" "mixed" {
  bucket = aws_s3_bucket.mixed.id
  role   = "arn:aws:iam::123456789012:role/replication"
  rule {
    id       = "some"
    priority = 1
    status   = "Enabled"
    filter {
      prefix = "images/"
    }
    destination {
      bucket = "arn:aws:s3:::${local.random}"
      replication_time {
        status = "Enabled"
        time {
          minutes = 15
        }
      }
      metrics {
        status = "Enabled"
        event_threshold {
          minutes = 15
        }
      }
    }
  }
  rule {
    id       = "all"
    priority = 2
    status   = "Enabled"
    filter {}
    destination {
      bucket = "arn:aws:s3:::${local.random}"
    }
  }
}

resource "random_pet" "target" {
}

locals {
  random = "target-${random_pet.target.id}"
}

resource "aws_s3_bucket" "random_target" {
  provider = aws.far
  bucket   = local.random
}
