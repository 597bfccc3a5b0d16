# case: EFS and EBS: encryption at rest
# recoverable: RCV020
# checkov: CKV_AWS_42 CKV_AWS_3
# trivy: AWS-0037 AWS-0026
# kics: 48207659 cc997676
# through: code plan
# good aws_efs_file_system.on: switched on <https://docs.aws.amazon.com/efs/latest/ug/encryption-at-rest.html>
# bad aws_efs_file_system.off: not set, and off by default <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/efs_file_system#encrypted-1>
# good aws_ebs_volume.on: switched on <https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption.html>
# bad aws_ebs_volume.off: switched off <https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption.html>
resource "aws_efs_file_system" "on" {
  encrypted = true
}

resource "aws_efs_file_system" "off" {
}

resource "aws_ebs_volume" "on" {
  availability_zone = "eu-west-1a"
  size              = 10
  encrypted         = true
}

resource "aws_ebs_volume" "off" {
  availability_zone = "eu-west-1a"
  size              = 10
  encrypted         = false
}
