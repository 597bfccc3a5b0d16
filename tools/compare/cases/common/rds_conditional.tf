# case: RDS: retention by a conditional over a local
# recoverable: RCV001
# checkov: CKV_AWS_133
# trivy: AWS-0077
# kics: 1dc73fb4
# through: code plan
# bad aws_db_instance.orders: the environment is dev, and dev gets 0 <https://developer.hashicorp.com/terraform/language/expressions/conditionals>
# good aws_db_instance.bills: at least 7 by max() <https://developer.hashicorp.com/terraform/language/functions/max>
variable "env" {
  default = "dev"
}

locals {
  days = var.env == "prod" ? 30 : 0
}

resource "aws_db_instance" "orders" {
  engine                  = "postgres"
  instance_class          = "db.r6g.large"
  backup_retention_period = local.days
}

resource "aws_db_instance" "bills" {
  engine                  = "postgres"
  instance_class          = "db.r6g.large"
  backup_retention_period = max(local.days, 30)
}
