resource "aws_security_group" "service" {
  name        = "${local.prefix}-service"
  description = "Services of ${local.application}"
  vpc_id      = data.aws_vpc.this.id
}

resource "aws_security_group" "database" {
  name   = "${local.prefix}-database"
  vpc_id = data.aws_vpc.this.id

  dynamic "ingress" {
    for_each = local.settings.clients
    content {
      from_port   = 5432
      to_port     = 5432
      protocol    = "tcp"
      cidr_blocks = [ingress.value]
    }
  }
}

resource "aws_security_group_rule" "clients" {
  for_each          = { for item in local.clients : "${item.port}-${item.block}" => item }
  type              = "ingress"
  from_port         = each.value.port
  to_port           = each.value.port
  protocol          = "tcp"
  cidr_blocks       = [each.value.block]
  security_group_id = aws_security_group.service.id
}
