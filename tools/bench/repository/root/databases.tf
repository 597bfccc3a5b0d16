module "databases" {
  source   = "../../../modules/database"
  for_each = local.databases
  providers = {
    aws         = aws
    aws.replica = aws.replica
  }

  prefix                  = local.prefix
  name                    = each.key
  environment             = var.environment
  region                  = var.region
  instance_class          = each.value.class
  allocated_storage       = each.value.storage
  backup_retention_period = try(each.value.retention, var.retention[var.environment])
  deletion_protection     = local.is_prod
  multi_az                = local.is_prod
  replicate               = local.is_prod
  key_deletion_window     = local.is_prod ? 30 : 7
  subnet_ids              = data.aws_subnets.private.ids
  security_group_ids      = [aws_security_group.database.id]
  tags                    = merge(local.tags, { backup = "daily" })
}
