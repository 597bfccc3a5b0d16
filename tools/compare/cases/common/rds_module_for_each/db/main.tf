variable "days" {
  type = number
}

resource "aws_db_instance" "this" {
  engine                  = "postgres"
  instance_class          = "db.r6g.large"
  backup_retention_period = var.days
}
