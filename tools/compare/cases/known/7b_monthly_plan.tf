# case: Backup plan: how often, and how long kept
# recoverable: RCV100 RCV101
# through: code plan
# bad aws_backup_plan.monthly: once a month, kept one day: most days have no backup at all <https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Lifecycle.html>
# good aws_backup_plan.daily: every day, kept 35 days <https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Lifecycle.html>
resource "aws_backup_plan" "monthly" {
  name = "monthly"
  rule {
    rule_name         = "monthly"
    target_vault_name = "acme"
    schedule          = "cron(0 5 1 * ? *)"
    lifecycle {
      delete_after = 1
    }
  }
}

resource "aws_backup_plan" "daily" {
  name = "daily"
  rule {
    rule_name         = "daily"
    target_vault_name = "acme"
    schedule          = "cron(0 5 ? * * *)"
    lifecycle {
      delete_after = 35
    }
  }
}

resource "aws_efs_file_system" "monthly" {
  encrypted = true
  tags      = { environment = "dev" }
}

resource "aws_efs_file_system" "daily" {
  encrypted = true
  tags      = { environment = "dev" }
}

resource "aws_backup_selection" "monthly" {
  name         = "monthly"
  plan_id      = aws_backup_plan.monthly.id
  iam_role_arn = "arn:aws:iam::123456789012:role/backup"
  resources    = [aws_efs_file_system.monthly.arn]
}

resource "aws_backup_selection" "daily" {
  name         = "daily"
  plan_id      = aws_backup_plan.daily.id
  iam_role_arn = "arn:aws:iam::123456789012:role/backup"
  resources    = [aws_efs_file_system.daily.arn]
}
