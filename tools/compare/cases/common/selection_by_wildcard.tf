# case: Aurora in a backup plan by a pattern of ARNs
# recoverable: RCV108
# checkov: CKV2_AWS_8
# through: code plan
# good aws_rds_cluster.orders: its ARN fits the pattern <https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html>
# bad aws_rds_cluster.bills: its ARN does not <https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html>
resource "aws_rds_cluster" "orders" {
  cluster_identifier = "prod-orders"
  engine             = "aurora-postgresql"
}

resource "aws_rds_cluster" "bills" {
  cluster_identifier = "bills"
  engine             = "aurora-postgresql"
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
  resources    = ["arn:aws:rds:*:*:cluster:prod-*"]
}
