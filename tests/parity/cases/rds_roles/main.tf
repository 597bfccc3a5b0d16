# Replicas, restored instances, cluster members and global databases are judged as what they are.
# expect: RCV001 fail aws_db_instance.bare
# expect: RCV001 none aws_db_instance.replica
# expect: RCV015 pass aws_db_instance.source
# expect: RCV015 pass aws_db_instance.by_arn_text
# expect: RCV001 unknown aws_db_instance.restored
# expect: RCV001 fail aws_db_instance.restored_without
# expect: RCV001 none aws_db_instance.copy_anywhere
# expect: RCV001 pass aws_rds_cluster.primary
# expect: RCV002 fail aws_rds_cluster.primary
# expect: RCV015 pass aws_rds_cluster.primary
# expect hcl: RCV001 unknown aws_db_instance.perhaps_replica
# expect hcl: RCV009 unknown aws_db_instance.perhaps_replica
# expect: RCV002 pass aws_db_instance.text_number
# expect: RCV002 fail aws_db_instance.off_by_one
provider "aws" {
  region = "eu-west-1"
}

provider "aws" {
  alias  = "far"
  region = "us-east-1"
}

variable "source_db" {
  type = string
}

resource "aws_db_instance" "bare" {
  identifier     = "bare"
  instance_class = "db.t4g.micro"
  engine         = "postgres"
}

resource "aws_db_instance" "source" {
  identifier              = "source"
  instance_class          = "db.t4g.micro"
  engine                  = "postgres"
  backup_retention_period = 35
}

resource "aws_db_instance" "replica" {
  provider            = aws.far
  identifier          = "replica"
  instance_class      = "db.t4g.micro"
  replicate_source_db = aws_db_instance.source.arn
}

resource "aws_db_instance" "by_arn_text" {
  identifier              = "by-arn-text"
  instance_class          = "db.t4g.micro"
  engine                  = "postgres"
  backup_retention_period = 35
}

resource "aws_db_instance_automated_backups_replication" "by_arn_text" {
  provider               = aws.far
  source_db_instance_arn = "arn:aws:rds:eu-west-1:123456789012:db:by-arn-text"
  retention_period       = 35
}

resource "aws_db_instance" "restored" {
  identifier          = "restored"
  instance_class      = "db.t4g.micro"
  snapshot_identifier = "some-snapshot"
}

resource "aws_db_instance" "restored_without" {
  identifier              = "restored-without"
  instance_class          = "db.t4g.micro"
  snapshot_identifier     = "some-snapshot"
  backup_retention_period = 0
}

resource "aws_db_instance" "copy_anywhere" {
  identifier          = "copy-anywhere"
  instance_class      = "db.t4g.micro"
  replicate_source_db = "arn:aws:rds:eu-west-2:123456789012:db:elsewhere"
}

resource "aws_db_instance" "perhaps_replica" {
  identifier          = "perhaps-replica"
  instance_class      = "db.t4g.micro"
  engine              = "postgres"
  replicate_source_db = var.source_db
}

resource "aws_db_instance" "text_number" {
  identifier              = "text-number"
  instance_class          = "db.t4g.micro"
  engine                  = "postgres"
  backup_retention_period = "30"
}

resource "aws_db_instance" "off_by_one" {
  identifier              = "off-by-one"
  instance_class          = "db.t4g.micro"
  engine                  = "postgres"
  backup_retention_period = 29
}

resource "aws_rds_global_cluster" "main" {
  global_cluster_identifier = "main"
  engine                    = "aurora-postgresql"
}

resource "aws_rds_cluster" "primary" {
  cluster_identifier        = "primary"
  engine                    = aws_rds_global_cluster.main.engine
  global_cluster_identifier = aws_rds_global_cluster.main.id
  master_username           = "root"
}

resource "aws_rds_cluster" "secondary" {
  provider                  = aws.far
  cluster_identifier        = "secondary"
  engine                    = aws_rds_global_cluster.main.engine
  global_cluster_identifier = aws_rds_global_cluster.main.id
}
