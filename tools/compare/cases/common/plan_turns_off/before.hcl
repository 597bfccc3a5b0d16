resource "aws_db_instance" "bills" {
  engine                  = "postgres"
  instance_class          = "db.r6g.large"
  backup_retention_period = 35
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
    enabled = true
  }
}
