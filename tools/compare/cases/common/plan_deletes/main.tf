# case: A plan that deletes a database
# recoverable: RCV130
# through: plan
# bad aws_db_instance.orders: its block was taken out of the code; apply deletes it <https://developer.hashicorp.com/terraform/language/resources/syntax#removing-resources>
resource "aws_db_instance" "bills" {
  engine                  = "postgres"
  instance_class          = "db.r6g.large"
  backup_retention_period = 30
}
