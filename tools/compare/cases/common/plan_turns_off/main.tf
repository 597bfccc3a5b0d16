# case: A plan that turns point-in-time recovery off, and one retention from 35 to 30 days
# recoverable: RCV132 RCV133
# through: plan
# bad aws_dynamodb_table.jobs: the earlier points are lost when it is applied <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Point-in-time-recovery.html>
# bad aws_db_instance.bills: backups older than 30 days are deleted when it is applied <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.BackupRetention.html>
resource "aws_db_instance" "bills" {
  engine                  = "postgres"
  instance_class          = "db.r6g.large"
  backup_retention_period = 30
}

resource "aws_dynamodb_table" "jobs" {
  name         = "jobs"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  attribute {
    name = "id"
    type = "S"
  }
  point_in_time_recovery {
    enabled = false
  }
}
