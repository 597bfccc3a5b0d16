resource "aws_sns_topic" "pages" {
  name = "${local.prefix}-pages"
}

resource "aws_db_event_subscription" "this" {
  count            = local.is_prod ? 1 : 0
  name             = local.prefix
  sns_topic        = aws_sns_topic.pages.arn
  source_type      = "db-instance"
  event_categories = ["failure", "backup", "availability"]
}

resource "aws_cloudwatch_metric_alarm" "databases" {
  for_each            = module.databases
  alarm_name          = "${each.value.identifier}-storage"
  comparison_operator = "LessThanThreshold"
  evaluation_periods  = 3
  metric_name         = "FreeStorageSpace"
  namespace           = "AWS/RDS"
  period              = 300
  statistic           = "Minimum"
  threshold           = 5 * pow(1024, 3)
  alarm_actions       = [aws_sns_topic.pages.arn]
  dimensions          = { DBInstanceIdentifier = each.value.identifier }
}
