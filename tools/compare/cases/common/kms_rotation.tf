# case: KMS: rotation of the keys of databases
# recoverable: RCV121
# checkov: CKV_AWS_7
# trivy: AWS-0065
# kics: 22fbfeac
# through: code plan
# good aws_kms_key.on: switched on <https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html>
# bad aws_kms_key.off: off by default <https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html>
# exempt aws_kms_key.signing: an asymmetric key cannot be rotated <https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html>
resource "aws_kms_key" "on" {
  enable_key_rotation = true
}

resource "aws_kms_key" "off" {
}

resource "aws_kms_key" "signing" {
  customer_master_key_spec = "RSA_4096"
  key_usage                = "SIGN_VERIFY"
}

resource "aws_db_instance" "a" {
  engine            = "postgres"
  instance_class    = "db.r6g.large"
  storage_encrypted = true
  kms_key_id        = aws_kms_key.on.arn
}

resource "aws_db_instance" "b" {
  engine            = "postgres"
  instance_class    = "db.r6g.large"
  storage_encrypted = true
  kms_key_id        = aws_kms_key.off.arn
}
