# case: RDS: a read replica without backups of its own
# recoverable: RCV001
# checkov: CKV_AWS_133
# trivy: AWS-0077
# kics: 1dc73fb4
# through: code plan
# exempt aws_db_instance.replica: its data is in the source, whose backups are kept 30 days <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ReadRepl.html>
# good aws_db_instance.orders: kept 30 days <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.BackupRetention.html>
resource "aws_db_instance" "orders" {
  engine                  = "postgres"
  instance_class          = "db.r6g.large"
  backup_retention_period = 30
}

resource "aws_db_instance" "replica" {
  instance_class      = "db.r6g.large"
  replicate_source_db = aws_db_instance.orders.identifier
}
