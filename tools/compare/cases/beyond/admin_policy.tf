# case: IAM: everything allowed on everything
# checkov: CKV_AWS_62
# bad aws_iam_policy.all: Action * on Resource * <https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html>
# good aws_iam_policy.one: one action on one bucket <https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html>
resource "aws_iam_policy" "all" {
  name = "all"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }]
  })
}

resource "aws_iam_policy" "one" {
  name = "one"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = "arn:aws:s3:::acme/*" }]
  })
}
