# case: Network: SSH open to the internet
# checkov: CKV_AWS_24
# trivy: AWS-0107
# kics: 65905cec
# bad aws_security_group.open: port 22 from 0.0.0.0/0 <https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html>
# good aws_security_group.closed: from one network only <https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html>
resource "aws_security_group" "open" {
  description = "open"
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_security_group" "closed" {
  description = "closed"
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["10.0.0.0/8"]
  }
}
