# case: DynamoDB: point-in-time recovery
# recoverable: RCV004
# checkov: CKV_AWS_28
# trivy: AWS-0024
# kics: 741f1291
# through: code plan
# good aws_dynamodb_table.on: switched on <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Point-in-time-recovery.html>
# bad aws_dynamodb_table.off: switched off <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Point-in-time-recovery.html>
# bad aws_dynamodb_table.absent: off by default <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Point-in-time-recovery.html>
resource "aws_dynamodb_table" "on" {
  name         = "on"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  attribute {
    name = "id"
    type = "S"
  }
  point_in_time_recovery {
    enabled = true
  }
}

resource "aws_dynamodb_table" "off" {
  name         = "off"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  attribute {
    name = "id"
    type = "S"
  }
  point_in_time_recovery {
    enabled = false
  }
}

resource "aws_dynamodb_table" "absent" {
  name         = "absent"
  hash_key     = "id"
  billing_mode = "PAY_PER_REQUEST"
  attribute {
    name = "id"
    type = "S"
  }
}
