output "buckets" {
  value = { for name, bucket in module.buckets : name => bucket.arn }
}

output "databases" {
  value = { for name, database in module.databases : name => { arn = database.arn, identifier = database.identifier } }
}

output "vault" {
  value = module.backup.vault
}
