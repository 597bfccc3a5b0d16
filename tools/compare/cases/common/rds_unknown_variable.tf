# case: RDS: retention from a variable that nobody has given a value
# recoverable: RCV001
# checkov: CKV_AWS_133
# trivy: AWS-0077
# kics: 1dc73fb4
# unknown aws_db_instance.orders: the variable has no default <https://developer.hashicorp.com/terraform/language/values/variables>
variable "days" {
  type = number
}

resource "aws_db_instance" "orders" {
  engine                  = "postgres"
  instance_class          = "db.r6g.large"
  backup_retention_period = var.days
}
