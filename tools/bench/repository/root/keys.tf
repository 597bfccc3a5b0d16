resource "aws_kms_key" "shared" {
  description             = "Shared by what ${local.application} keeps"
  deletion_window_in_days = local.is_prod ? 30 : 7
  enable_key_rotation     = true
}

resource "aws_kms_alias" "shared" {
  name          = "alias/${local.prefix}"
  target_key_id = aws_kms_key.shared.key_id
}
