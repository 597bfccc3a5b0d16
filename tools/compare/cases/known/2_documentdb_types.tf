# case: DocumentDB and Neptune: kept long enough (30 days; a day is too short for everyone)?
# recoverable: RCV002
# checkov: CKV_AWS_360 CKV_AWS_361
# through: code plan
# good aws_docdb_cluster.text: "35" is 35: Terraform converts the type <https://developer.hashicorp.com/terraform/language/expressions/types#type-conversion>
# good aws_neptune_cluster.variable: the default of the variable is 35 <https://developer.hashicorp.com/terraform/language/values/variables>
# bad aws_docdb_cluster.null: null is absent, and the default is 1 day <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/docdb_cluster#backup_retention_period-1>
variable "days" {
  type    = number
  default = 35
}

resource "aws_docdb_cluster" "text" {
  backup_retention_period = "35"
}

resource "aws_neptune_cluster" "variable" {
  backup_retention_period = var.days
}

resource "aws_docdb_cluster" "null" {
  backup_retention_period = null
}
