resource "aws_backup_vault" "this" {
  name        = "${var.prefix}-backups"
  kms_key_arn = var.kms_key_arn
  tags        = var.tags
}

resource "aws_backup_vault_lock_configuration" "this" {
  backup_vault_name   = aws_backup_vault.this.name
  min_retention_days  = 7
  max_retention_days  = 400
  changeable_for_days = 30
}

resource "aws_backup_plan" "this" {
  name = "${var.prefix}-backups"

  dynamic "rule" {
    for_each = var.rules
    content {
      rule_name         = rule.key
      target_vault_name = aws_backup_vault.this.name
      schedule          = rule.value.schedule
      lifecycle {
        delete_after = rule.value.keep
      }
    }
  }
}

resource "aws_backup_selection" "this" {
  name         = "${var.prefix}-tagged"
  plan_id      = aws_backup_plan.this.id
  iam_role_arn = var.role_arn
  selection_tag {
    type  = "STRINGEQUALS"
    key   = "backup"
    value = "daily"
  }
}

resource "aws_backup_vault_notifications" "this" {
  backup_vault_name   = aws_backup_vault.this.name
  sns_topic_arn       = var.topic_arn
  backup_vault_events = ["BACKUP_JOB_FAILED", "RESTORE_JOB_FAILED", "COPY_JOB_FAILED"]
}
