module "backup" {
  source = "../../../modules/backup"

  prefix      = local.prefix
  kms_key_arn = aws_kms_key.shared.arn
  role_arn    = aws_iam_role.people["operator"].arn
  topic_arn   = aws_sns_topic.pages.arn
  tags        = local.tags
  rules = {
    daily  = { schedule = "cron(0 3 * * ? *)", keep = var.retention[var.environment] }
    weekly = { schedule = "cron(0 4 ? * SUN *)", keep = 90 }
  }
}
