# case: Containers: images scanned when pushed
# checkov: CKV_AWS_163
# trivy: AWS-0030
# kics: 9630336b
# bad aws_ecr_repository.off: off by default <https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html>
# good aws_ecr_repository.on: switched on <https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html>
resource "aws_ecr_repository" "off" {
  name = "off"
}

resource "aws_ecr_repository" "on" {
  name = "on"
  image_scanning_configuration {
    scan_on_push = true
  }
}
