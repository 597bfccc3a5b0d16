# case: Aurora chosen for a backup plan by its tag
# recoverable: RCV108
# checkov: CKV2_AWS_8
# through: code plan
# good aws_rds_cluster.chosen: has the tag that the selection asks for <https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupSelection.html>
# bad aws_rds_cluster.left_out: has another value, and keeps one day of its own <https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupSelection.html>
resource "aws_rds_cluster" "chosen" {
  engine = "aurora-postgresql"
  tags   = { backup = "daily" }
}

resource "aws_rds_cluster" "left_out" {
  engine = "aurora-postgresql"
  tags   = { backup = "Daily" }
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
  selection_tag {
    type  = "STRINGEQUALS"
    key   = "backup"
    value = "daily"
  }
}
