# case: RDS: several zones in production
# recoverable: RCV014
# checkov: CKV_AWS_157
# through: code plan
# good aws_db_instance.on: switched on <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.MultiAZ.html>
# bad aws_db_instance.off: not set, and off by default <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.MultiAZ.html>
resource "aws_db_instance" "on" {
  engine         = "postgres"
  instance_class = "db.r6g.large"
  multi_az       = true
  tags           = { environment = "prod" }
}

resource "aws_db_instance" "off" {
  engine         = "postgres"
  instance_class = "db.r6g.large"
  tags           = { environment = "prod" }
}
