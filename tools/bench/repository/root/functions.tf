resource "aws_lambda_function" "events" {
  count         = 2
  function_name = "${local.prefix}-events-${count.index}"
  role          = aws_iam_role.people["operator"].arn
  runtime       = "python3.12"
  handler       = "main.handler"
  filename      = "events.zip"
  environment {
    variables = {
      BUCKET = values(module.buckets)[0].id
      TABLE  = join(",", [for table in aws_dynamodb_table.this : table.name])
    }
  }
}

resource "aws_cloudwatch_log_group" "events" {
  count             = length(aws_lambda_function.events)
  name              = "/aws/lambda/${aws_lambda_function.events[count.index].function_name}"
  retention_in_days = 90
}
