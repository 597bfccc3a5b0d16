# case: DynamoDB: the switch of point-in-time recovery is not known before apply
# recoverable: RCV004
# checkov: CKV_AWS_28
# trivy: AWS-0024
# kics: 741f1291
# through: code plan
# unknown aws_dynamodb_table.later: compared with an id that exists only after apply <https://developer.hashicorp.com/terraform/internals/json-format#change-representation>
resource "terraform_data" "later" {}

resource "aws_dynamodb_table" "later" {
  name         = "later"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  attribute {
    name = "id"
    type = "S"
  }
  point_in_time_recovery {
    enabled = terraform_data.later.id == "x"
  }
}
