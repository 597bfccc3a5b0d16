resource "aws_db_instance" "bills" {
  engine                  = "postgres"
  instance_class          = "db.r6g.large"
  backup_retention_period = 30
}

resource "aws_db_instance" "orders" {
  engine                  = "postgres"
  instance_class          = "db.r6g.large"
  backup_retention_period = 30
}
