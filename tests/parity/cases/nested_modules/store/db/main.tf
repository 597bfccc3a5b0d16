variable "instances" {
  type = map(object({
    name      = string
    days      = optional(number, 7)
    protected = optional(bool, false)
    class     = optional(string, "db.t4g.micro")
  }))
}

resource "aws_db_instance" "this" {
  for_each = var.instances

  identifier              = each.value.name
  instance_class          = each.value.class
  engine                  = "postgres"
  backup_retention_period = each.value.days
  deletion_protection     = each.value.protected
}
