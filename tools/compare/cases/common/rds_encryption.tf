# case: RDS: encryption at rest
# recoverable: RCV007
# checkov: CKV_AWS_16
# trivy: AWS-0080
# kics: 08bd0760
# through: code plan
# good aws_db_instance.on: switched on <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.Encryption.html>
# bad aws_db_instance.off: switched off <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.Encryption.html>
# bad aws_db_instance.absent: not set, and off by default <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/db_instance#storage_encrypted-1>
resource "aws_db_instance" "on" {
  engine            = "postgres"
  instance_class    = "db.r6g.large"
  storage_encrypted = true
}

resource "aws_db_instance" "off" {
  engine            = "postgres"
  instance_class    = "db.r6g.large"
  storage_encrypted = false
}

resource "aws_db_instance" "absent" {
  engine         = "postgres"
  instance_class = "db.r6g.large"
}
