# case: Terraform state: locked while it is written?
# recoverable: RCV072
# bad backend.s3: an s3 backend without use_lockfile or a table does not lock <https://developer.hashicorp.com/terraform/language/backend/s3>
terraform {
  backend "s3" {
    bucket  = "acme-state"
    key     = "orders"
    region  = "eu-west-1"
    encrypt = true
  }
}

resource "aws_sqs_queue" "jobs" {
  name = "jobs"
}
