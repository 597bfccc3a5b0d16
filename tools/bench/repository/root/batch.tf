resource "aws_instance" "batch" {
  for_each      = toset(local.settings.batch)
  ami           = "ami-0123456789abcdef0"
  instance_type = local.is_prod ? "m6i.xlarge" : "t3.medium"
  subnet_id     = element(data.aws_subnets.private.ids, 0)
  user_data     = templatefile("${path.module}/batch.tftpl", { name = each.key, environment = var.environment })
  root_block_device {
    encrypted = true
  }
  tags = merge(local.tags, { Name = "${local.prefix}-${each.key}" })
}
