locals {
  application = "@app@"
  prefix      = "${local.application}-${var.environment}"
  about       = jsondecode(file("${path.module}/about.json"))
  settings    = "@settings@"
  is_prod     = var.environment == "prod"
  tags = {
    application = local.application
    environment = var.environment
    owner       = local.about.owner
    cost-centre = format("cc-%04d", local.about.cost_centre)
  }
  databases = { for item in local.settings.databases : item.name => merge({ class = "db.t4g.medium", storage = 50 }, item) }
  buckets   = { for item in local.settings.buckets : item.name => item if try(item.enabled, true) }
  services  = { for name, item in local.settings.services : name => merge(item, { image = lookup(var.image_tags, name, "stable") }) }
  ports     = toset([for item in values(local.services) : tostring(item.port)])
  clients   = flatten([for port in local.ports : [for block in local.settings.clients : { port = port, block = block }]])
}
