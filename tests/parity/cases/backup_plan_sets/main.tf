# Blocks that the provider keeps as a set: a plan lists them in another order than the code.
# expect: RCV101 unknown aws_backup_plan.two
# expect: RCV101 pass aws_backup_plan.three
resource "terraform_data" "later" {}

resource "aws_backup_plan" "two" {
  name = "two"
  rule {
    rule_name         = "zz"
    target_vault_name = "Default"
    schedule          = "cron(0 5 * * ? *)"
    lifecycle {
      delete_after = 7
    }
  }
  rule {
    rule_name         = "aa"
    target_vault_name = "Default"
    schedule          = "cron(0 6 * * ? *)"
    lifecycle {
      delete_after = length(terraform_data.later.id)
    }
  }
}

resource "aws_backup_plan" "three" {
  name = "three"
  rule {
    rule_name         = "weekly"
    target_vault_name = "Default"
    schedule          = "cron(0 5 ? * 1 *)"
    lifecycle {
      delete_after = 90
    }
  }
  rule {
    rule_name         = "daily"
    target_vault_name = "Default"
    schedule          = "cron(0 6 * * ? *)"
    lifecycle {
      delete_after = 35
    }
  }
}
