data "aws_caller_identity" "current" {}

data "aws_vpc" "this" {
  tags = { Name = "${var.environment}-vpc" }
}

data "aws_subnets" "private" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.this.id]
  }
  tags = { tier = "private" }
}

data "aws_route53_zone" "this" {
  name = "${var.environment}.example.org"
}
