module "buckets" {
  source   = "../../../modules/bucket"
  for_each = local.buckets

  prefix          = local.prefix
  name            = each.key
  environment     = var.environment
  region          = var.region
  versioning      = lookup(each.value, "versioning", true)
  force_destroy   = !local.is_prod
  kms_key_arn     = aws_kms_key.shared.arn
  lifecycle_rules = [{ id = "old", noncurrent_days = var.retention[var.environment], transitions = [{ days = 30, class = "STANDARD_IA" }] }]
  tags            = local.tags
}
