# case: RDS: retention that terraform.tfvars changes
# recoverable: RCV001
# checkov: CKV_AWS_133
# trivy: AWS-0077
# kics: 1dc73fb4
# through: code plan
# bad aws_db_instance.orders: the default is 30, terraform.tfvars says 0 <https://developer.hashicorp.com/terraform/language/values/variables#variable-definitions-tfvars-files>
variable "days" {
  type    = number
  default = 30
}

resource "aws_db_instance" "orders" {
  engine                  = "postgres"
  instance_class          = "db.r6g.large"
  backup_retention_period = var.days
}
