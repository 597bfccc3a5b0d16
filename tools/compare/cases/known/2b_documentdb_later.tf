# case: DocumentDB: how long backups are kept is not known before apply
# recoverable: RCV002
# checkov: CKV_AWS_360
# through: code plan
# unknown aws_docdb_cluster.later: made from an id that exists only after apply <https://developer.hashicorp.com/terraform/internals/json-format#change-representation>
resource "terraform_data" "later" {}

resource "aws_docdb_cluster" "later" {
  backup_retention_period = length(terraform_data.later.id)
}
