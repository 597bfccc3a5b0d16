locals {
  identifier = join("-", compact([var.prefix, var.name, var.suffix]))
  family     = "postgres${split(".", var.engine_version)[0]}"
}

resource "aws_kms_key" "this" {
  description             = "Backups and storage of ${local.identifier}"
  deletion_window_in_days = var.key_deletion_window
  enable_key_rotation     = true
  tags                    = var.tags
}

resource "aws_kms_alias" "this" {
  name          = "alias/${local.identifier}"
  target_key_id = aws_kms_key.this.key_id
}

resource "aws_db_subnet_group" "this" {
  name       = local.identifier
  subnet_ids = var.subnet_ids
  tags       = var.tags
}

resource "aws_db_parameter_group" "this" {
  name   = local.identifier
  family = local.family

  dynamic "parameter" {
    for_each = merge({ "rds.force_ssl" = "1", "log_min_duration_statement" = "500" }, var.parameters)
    content {
      name  = parameter.key
      value = parameter.value
    }
  }
}

resource "aws_db_instance" "this" {
  identifier                  = local.identifier
  engine                      = "postgres"
  engine_version              = var.engine_version
  instance_class              = var.instance_class
  allocated_storage           = var.allocated_storage
  max_allocated_storage       = var.allocated_storage * 4
  db_subnet_group_name        = aws_db_subnet_group.this.name
  parameter_group_name        = aws_db_parameter_group.this.name
  storage_encrypted           = true
  kms_key_id                  = aws_kms_key.this.arn
  backup_retention_period     = var.backup_retention_period
  backup_window               = "02:00-03:00"
  maintenance_window          = "sun:04:00-sun:05:00"
  copy_tags_to_snapshot       = true
  deletion_protection         = var.deletion_protection
  delete_automated_backups    = var.environment != "prod"
  skip_final_snapshot         = var.environment == "dev"
  final_snapshot_identifier   = var.environment == "dev" ? null : "${local.identifier}-final"
  multi_az                    = var.multi_az
  manage_master_user_password = true
  username                    = "owner"
  vpc_security_group_ids      = var.security_group_ids
  tags                        = merge(var.tags, { Name = local.identifier })

  lifecycle {
    ignore_changes = [engine_version]
  }
}

resource "aws_db_instance_automated_backups_replication" "this" {
  count                  = var.replicate ? 1 : 0
  provider               = aws.replica
  source_db_instance_arn = aws_db_instance.this.arn
  retention_period       = var.backup_retention_period
}
