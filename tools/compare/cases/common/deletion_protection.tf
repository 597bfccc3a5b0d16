# case: RDS and Aurora: deletion protection
# recoverable: RCV009
# checkov: CKV_AWS_293 CKV_AWS_139
# trivy: AWS-0177 AWS-0343
# through: code plan
# good aws_db_instance.on: switched on <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html>
# bad aws_db_instance.off: not set, and off by default <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/db_instance#deletion_protection-1>
# good aws_rds_cluster.on: switched on <https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_DeleteCluster.html>
# bad aws_rds_cluster.off: switched off <https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_DeleteCluster.html>
resource "aws_db_instance" "on" {
  engine              = "postgres"
  instance_class      = "db.r6g.large"
  deletion_protection = true
}

resource "aws_db_instance" "off" {
  engine         = "postgres"
  instance_class = "db.r6g.large"
}

resource "aws_rds_cluster" "on" {
  engine              = "aurora-postgresql"
  deletion_protection = true
}

resource "aws_rds_cluster" "off" {
  engine              = "aurora-postgresql"
  deletion_protection = false
}
