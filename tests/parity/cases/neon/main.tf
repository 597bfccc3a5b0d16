# Neon: history in seconds, branches as what they are.
# expect: RCV002 pass neon_project.thirty
# expect: RCV005 pass neon_project.thirty
# expect: RCV002 fail neon_project.default
# expect: RCV005 fail neon_project.default
# expect: RCV001 fail neon_project.none
# expect: RCV030 pass neon_project.thirty
# expect: RCV030 fail neon_project.default
# expect: RCV002 none neon_branch.preview
terraform {
  required_providers {
    neon = {
      source = "kislerdm/neon"
    }
  }
}

resource "neon_project" "thirty" {
  name                      = "thirty"
  history_retention_seconds = 30 * 24 * 60 * 60
  default_branch_protected  = true
}

resource "neon_project" "default" {
  name = "default"
}

resource "neon_project" "none" {
  name                      = "none"
  history_retention_seconds = 0
}

resource "neon_branch" "preview" {
  project_id = neon_project.thirty.id
  name       = "preview"
}
