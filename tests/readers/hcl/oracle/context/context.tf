# What the expressions refer to: typed variables, local values, and resources that are known after apply.

variable "text" {
  type    = string
  default = "Hello, World"
}

variable "number" {
  type    = number
  default = 42
}

variable "flag" {
  type    = bool
  default = true
}

variable "nothing" {
  default = null
}

variable "null_string" {
  type    = string
  default = null
}

variable "null_number" {
  type    = number
  default = null
}

variable "null_list" {
  type    = list(string)
  default = null
}

variable "null_map" {
  type    = map(string)
  default = null
}

variable "names" {
  type    = list(string)
  default = ["b", "a", "c"]
}

variable "numbers" {
  type    = list(number)
  default = ["3", 1, 2]
}

variable "empty_list" {
  type    = list(string)
  default = []
}

variable "tags" {
  type = map(string)
  default = {
    Name = "x"
    env  = "prod"
  }
}

variable "empty_map" {
  type    = map(string)
  default = {}
}

variable "a_set" {
  type    = set(string)
  default = ["z", "y", "z"]
}

variable "pair" {
  type    = tuple([string, number])
  default = [1, "2"]
}

variable "text_from_number" {
  type    = string
  default = 7
}

variable "text_from_bool" {
  type    = string
  default = true
}

variable "number_from_text" {
  type    = number
  default = "42.50"
}

variable "bool_from_text" {
  type    = bool
  default = "true"
}

variable "anything" {
  type = any
  default = {
    a = 1
    b = ["x", 2]
  }
}

variable "untyped" {
  default = ["a", 1]
}

variable "list_any" {
  type    = list(any)
  default = ["a", 1, true]
}

variable "map_any" {
  type    = map(any)
  default = { a = 1, b = "x" }
}

variable "secret" {
  type      = string
  default   = "hush"
  sensitive = true
}

variable "rule" {
  type = object({
    name    = string
    days    = optional(number, 7)
    enabled = optional(bool, true)
    tags    = optional(map(string), {})
    filter  = optional(object({ prefix = optional(string, "/"), size = optional(number) }), {})
    paths   = optional(list(string))
  })
  default = {
    name  = "r"
    extra = "dropped"
  }
}

variable "rules" {
  type = list(object({
    name       = string
    days       = optional(number, 30)
    transition = optional(list(object({ days = number, class = optional(string, "GLACIER") })), [])
  }))
  default = [
    { name = "one", days = null },
    { name = "two", days = "5", transition = [{ days = "90" }, { days = 180, class = "DEEP" }] },
  ]
}

variable "users" {
  type = map(object({
    admin = optional(bool, false)
    teams = optional(set(string), ["all"])
  }))
  default = {
    zoe = { admin = true, teams = ["ops", "dev"] }
    adam = {}
  }
}

variable "not_nullable" {
  type     = number
  default  = 9
  nullable = false
}

variable "from_file" {
  type    = map(list(string))
  default = {}
}

variable "from_auto" {
  type    = number
  default = 0
}

locals {
  region  = "eu-west-1"
  list    = ["a", "b", "c"]
  mixed   = ["a", 1, true, null]
  numbers = [3, 1, 2]
  object  = { a = 1, b = "two", c = [1, 2, 3], d = { e = "f" } }
  objects = [{ id = "i1", az = "a", on = true }, { id = "i2", az = "b", on = false }, { id = "i3", az = "a", on = true }]
  nested  = { x = { y = { z = ["deep"] } } }
  empty   = {}
  json    = "{\"a\": [1, 2.5, \"x\", null, true], \"b\": {\"c\": \"<&>\"}}"
  chain   = "${local.region}-${var.number}"
  policy = {
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["s3:GetObject", "s3:PutObject"]
      Resource = "arn:aws:s3:::bucket/*"
    }]
  }
}

resource "terraform_data" "text" {
  input = "later"
}

resource "terraform_data" "number" {
  input = 3
}

resource "terraform_data" "list" {
  input = ["x", "y"]
}

resource "terraform_data" "map" {
  input = { k = "v" }
}

resource "terraform_data" "many" {
  count = 2
  input = "many-${count.index}"
}

resource "terraform_data" "each" {
  for_each = { one = 1, two = 2 }
  input    = "${each.key}=${each.value}"
}

resource "terraform_data" "none" {
  count = 0
}
