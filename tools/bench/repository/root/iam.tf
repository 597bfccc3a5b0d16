resource "aws_iam_role" "people" {
  for_each             = toset(["reader", "operator", "deployer"])
  name                 = "${local.prefix}-${each.key}"
  max_session_duration = each.key == "deployer" ? 3600 : 7200
  assume_role_policy   = data.aws_iam_policy_document.people.json
}

data "aws_iam_policy_document" "people" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = ["arn:aws:iam::${data.aws_caller_identity.current.account_id}:root"]
    }
  }
}

resource "aws_iam_role_policy_attachment" "people" {
  for_each   = aws_iam_role.people
  role       = each.value.name
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}
