# case: RDS: 21 days of backups, by the environment
# recoverable: RCV002
# good aws_db_instance.staging: the standard asks for 21 days in staging <README.md: the standard>
# bad aws_db_instance.prod: the standard asks for 30 days in prod <README.md: the standard>
resource "aws_db_instance" "staging" {
  engine                  = "postgres"
  instance_class          = "db.r6g.large"
  backup_retention_period = 21
  tags                    = { environment = "staging" }
}

resource "aws_db_instance" "prod" {
  engine                  = "postgres"
  instance_class          = "db.r6g.large"
  backup_retention_period = 21
  tags                    = { environment = "prod" }
}
