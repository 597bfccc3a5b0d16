module "inner" {
  source   = "./inner"
  versions = true
}
