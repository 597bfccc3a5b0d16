# case: RDS in a module with for_each, each with its own retention
# recoverable: RCV001
# checkov: CKV_AWS_133
# trivy: AWS-0077
# kics: 1dc73fb4
# through: code plan
# good module.db["orders"].aws_db_instance.this: given 30 <https://developer.hashicorp.com/terraform/language/meta-arguments/for_each>
# bad module.db["scratch"].aws_db_instance.this: given 0 <https://developer.hashicorp.com/terraform/language/meta-arguments/for_each>
module "db" {
  source   = "./db"
  for_each = { orders = 30, scratch = 0 }
  days     = each.value
}
