variable "days" {
  description = "Nobody gives this a value"
  type        = number
}

provider "aws" {
  region = "eu-west-1"

  default_tags {
    tags = {
      environment = "prod"
    }
  }
}

# No retention: the provider's default is 0, no backups at all.
resource "aws_db_instance" "orders" {
  engine         = "postgres"
  instance_class = "db.r6g.large"
  username       = "app"
  password       = "not-a-real-password"
}

# One day: the default of Aurora.
resource "aws_rds_cluster" "payments" {
  engine = "aurora-postgresql"
}

# Cannot be known before apply.
resource "aws_db_instance" "invoices" {
  engine                  = "postgres"
  instance_class          = "db.r6g.large"
  backup_retention_period = var.days
}

resource "aws_s3_bucket" "uploads" {
  bucket        = "acme-uploads"
  force_destroy = true
}

# Suspended is off.
resource "aws_s3_bucket_versioning" "uploads" {
  bucket = aws_s3_bucket.uploads.id

  versioning_configuration {
    status = "Suspended"
  }
}
