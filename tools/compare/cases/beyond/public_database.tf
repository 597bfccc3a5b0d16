# case: Network: a database reachable from the internet
# checkov: CKV_AWS_17
# trivy: AWS-0180
# kics: 35113e6f
# bad aws_db_instance.open: has a public address <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html>
# good aws_db_instance.closed: has none <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_VPC.WorkingWithRDSInstanceinaVPC.html>
resource "aws_db_instance" "open" {
  engine              = "postgres"
  instance_class      = "db.r6g.large"
  publicly_accessible = true
}

resource "aws_db_instance" "closed" {
  engine              = "postgres"
  instance_class      = "db.r6g.large"
  publicly_accessible = false
}
