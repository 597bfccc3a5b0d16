# case: DynamoDB: point-in-time recovery in a dynamic block
# recoverable: RCV004
# checkov: CKV_AWS_28
# trivy: AWS-0024
# kics: 741f1291
# through: code plan
# bad aws_dynamodb_table.off: for_each is empty in prod, so there is no block <https://developer.hashicorp.com/terraform/language/expressions/dynamic-blocks>
# good aws_dynamodb_table.on: for_each has one element in prod <https://developer.hashicorp.com/terraform/language/expressions/dynamic-blocks>
variable "env" {
  default = "prod"
}

resource "aws_dynamodb_table" "off" {
  name         = "off"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  attribute {
    name = "id"
    type = "S"
  }
  dynamic "point_in_time_recovery" {
    for_each = var.env == "dev" ? [1] : []
    content {
      enabled = true
    }
  }
}

resource "aws_dynamodb_table" "on" {
  name         = "on"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  attribute {
    name = "id"
    type = "S"
  }
  dynamic "point_in_time_recovery" {
    for_each = var.env == "prod" ? [1] : []
    content {
      enabled = true
    }
  }
}
