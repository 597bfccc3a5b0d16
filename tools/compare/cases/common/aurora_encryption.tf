# case: Aurora: encryption at rest
# recoverable: RCV007
# checkov: CKV_AWS_96
# trivy: AWS-0079
# kics: 656880aa
# through: code plan
# good aws_rds_cluster.on: switched on <https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Overview.Encryption.html>
# bad aws_rds_cluster.off: switched off <https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Overview.Encryption.html>
# good aws_rds_cluster.serverless: serverless v1 is always encrypted <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/rds_cluster#storage_encrypted-1>
resource "aws_rds_cluster" "on" {
  engine            = "aurora-postgresql"
  storage_encrypted = true
}

resource "aws_rds_cluster" "off" {
  engine            = "aurora-postgresql"
  storage_encrypted = false
}

resource "aws_rds_cluster" "serverless" {
  engine      = "aurora-mysql"
  engine_mode = "serverless"
}
