provider "aws" {
  region = var.region
  default_tags {
    tags = local.tags
  }
}

provider "aws" {
  alias  = "replica"
  region = "eu-central-1"
  default_tags {
    tags = local.tags
  }
}
