# case: RDS instance: are automated backups on?
# recoverable: RCV001
# checkov: CKV_AWS_133
# trivy: AWS-0077
# kics: 1dc73fb4
# through: code plan
# bad aws_db_instance.absent: not set: the provider's default is 0 days, which is no backups <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/db_instance#backup_retention_period-1>
# bad aws_db_instance.zero: 0 days turns them off <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.Disabling.html>
# good aws_db_instance.month: kept 30 days <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.BackupRetention.html>
resource "aws_db_instance" "absent" {
  engine         = "postgres"
  instance_class = "db.r6g.large"
}

resource "aws_db_instance" "zero" {
  engine                  = "postgres"
  instance_class          = "db.r6g.large"
  backup_retention_period = 0
}

resource "aws_db_instance" "month" {
  engine                  = "postgres"
  instance_class          = "db.r6g.large"
  backup_retention_period = 30
}
