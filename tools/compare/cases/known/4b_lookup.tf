# case: Retention out of a map by lookup()
# recoverable: RCV001
# checkov: CKV_AWS_133
# trivy: AWS-0077
# kics: 1dc73fb4
# through: code plan
# bad aws_db_instance.off: the map says 0 for every environment <https://developer.hashicorp.com/terraform/language/functions/lookup>
# good aws_db_instance.on: the map says 30 for prod <https://developer.hashicorp.com/terraform/language/functions/lookup>
variable "env" {
  default = "prod"
}

resource "aws_db_instance" "off" {
  engine                  = "postgres"
  instance_class          = "db.r6g.large"
  backup_retention_period = lookup({ dev = 0, prod = 0 }, var.env, 0)
}

resource "aws_db_instance" "on" {
  engine                  = "postgres"
  instance_class          = "db.r6g.large"
  backup_retention_period = lookup({ dev = 0, prod = 30 }, var.env, 0)
}
