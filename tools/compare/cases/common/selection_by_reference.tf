# case: EFS in a backup plan by reference
# recoverable: RCV108
# checkov: CKV2_AWS_18
# through: code plan
# good aws_efs_file_system.in: its ARN is in the selection <https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupSelection.html>
# bad aws_efs_file_system.out: it is in no selection <https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupSelection.html>
resource "aws_efs_file_system" "in" {
  encrypted = true
}

resource "aws_efs_file_system" "out" {
  encrypted = true
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

resource "aws_backup_selection" "daily" {
  name         = "daily"
  plan_id      = aws_backup_plan.daily.id
  iam_role_arn = "arn:aws:iam::123456789012:role/backup"
  resources    = [aws_efs_file_system.in.arn]
}
