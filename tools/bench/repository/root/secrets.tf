resource "aws_secretsmanager_secret" "this" {
  for_each                = toset(local.settings.secrets)
  name                    = "${local.prefix}/${each.value}"
  recovery_window_in_days = local.is_prod ? 30 : 0
}

resource "aws_ssm_parameter" "databases" {
  for_each = module.databases
  name     = "/${local.prefix}/${each.key}/identifier"
  type     = "String"
  value    = each.value.identifier
}
