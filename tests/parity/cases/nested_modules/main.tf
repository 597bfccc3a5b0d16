# Modules that wrap modules, with for_each and count, optional object attributes and defaults.
# expect: RCV002 pass module.stores["orders"].module.db[0].aws_db_instance.this["main"]
# expect: RCV002 fail module.stores["scratch"].module.db[0].aws_db_instance.this["main"]
# expect: RCV009 pass module.stores["orders"].module.db[0].aws_db_instance.this["main"]
# expect: RCV009 fail module.stores["scratch"].module.db[0].aws_db_instance.this["main"]
# expect: RCV040 pass module.stores["orders"].aws_s3_bucket.files
# expect: RCV040 fail module.stores["scratch"].aws_s3_bucket.files
locals {
  defaults = { days = 35, protected = true }
  stores = {
    orders  = {}
    scratch = { days = 1, protected = false, versioned = false }
  }
}

module "stores" {
  source   = "./store"
  for_each = { for name, store in local.stores : name => merge(local.defaults, store) }

  name      = each.key
  days      = each.value.days
  protected = lookup(each.value, "protected", true)
  versioned = lookup(each.value, "versioned", true)
}
