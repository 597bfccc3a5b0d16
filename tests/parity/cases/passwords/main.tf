# Where a password comes from.
# expect: RCV016 fail aws_db_instance.literal
# expect: RCV016 fail aws_db_instance.from_default
# expect hcl: RCV016 fail aws_db_instance.from_local
# expect plan: RCV016 unknown aws_db_instance.from_local
# expect: RCV016 pass aws_db_instance.from_variable
# expect: RCV016 pass aws_db_instance.from_random
# expect: RCV016 pass aws_db_instance.managed
# expect: RCV016 pass aws_db_instance.from_secret
variable "given" {
  type      = string
  sensitive = true
}

variable "with_default" {
  type      = string
  sensitive = true
  default   = "hunter2hunter2"
}

locals {
  db = { password = "swordfish-1234" }
}

resource "random_password" "db" {
  length = 32
}

data "aws_secretsmanager_secret_version" "db" {
  secret_id = "db"
}

resource "aws_db_instance" "literal" {
  identifier     = "literal"
  instance_class = "db.t4g.micro"
  password       = "correct-horse-battery"
}

resource "aws_db_instance" "from_default" {
  identifier     = "from-default"
  instance_class = "db.t4g.micro"
  password       = var.with_default
}

resource "aws_db_instance" "from_local" {
  identifier     = "from-local"
  instance_class = "db.t4g.micro"
  password       = local.db.password
}

resource "aws_db_instance" "from_variable" {
  identifier     = "from-variable"
  instance_class = "db.t4g.micro"
  password       = var.given
}

resource "aws_db_instance" "from_random" {
  identifier     = "from-random"
  instance_class = "db.t4g.micro"
  password       = random_password.db.result
}

resource "aws_db_instance" "managed" {
  identifier                  = "managed"
  instance_class              = "db.t4g.micro"
  manage_master_user_password = true
}

resource "aws_db_instance" "from_secret" {
  identifier     = "from-secret"
  instance_class = "db.t4g.micro"
  password       = data.aws_secretsmanager_secret_version.db.secret_string
}
