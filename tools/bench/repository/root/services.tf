resource "aws_ecs_cluster" "this" {
  name = local.prefix
}

module "services" {
  source   = "../../../modules/service"
  for_each = local.services

  prefix             = local.prefix
  name               = each.key
  environment        = var.environment
  region             = var.region
  registry           = "${data.aws_caller_identity.current.account_id}.dkr.ecr.${var.region}.amazonaws.com"
  image_tag          = each.value.image
  port               = each.value.port
  cluster            = aws_ecs_cluster.this.name
  settings           = { for key, value in each.value.settings : key => value if value != null }
  replicas           = { prod = 3, staging = 2 }
  subnet_ids         = data.aws_subnets.private.ids
  security_group_ids = [aws_security_group.service.id]
  tags               = local.tags
}
