# case: RDS: tags on snapshots
# recoverable: RCV012
# checkov: CKV2_AWS_60
# through: code plan
# good aws_db_instance.on: switched on <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Tagging.html>
# bad aws_db_instance.off: not set, and off by default <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Tagging.html>
resource "aws_db_instance" "on" {
  engine                  = "postgres"
  instance_class          = "db.r6g.large"
  backup_retention_period = 30
  copy_tags_to_snapshot   = true
  tags                    = { environment = "prod" }
}

resource "aws_db_instance" "off" {
  engine                  = "postgres"
  instance_class          = "db.r6g.large"
  backup_retention_period = 30
  tags                    = { environment = "prod" }
}
