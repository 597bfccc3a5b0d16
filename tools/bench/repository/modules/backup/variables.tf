variable "prefix" {
  description = "The prefix."
  type        = string
}

variable "tags" {
  description = "The tags."
  type        = map(string)
}

variable "kms_key_arn" {
  description = "The kms key arn."
  type        = string
}

variable "role_arn" {
  description = "The role arn."
  type        = string
}

variable "topic_arn" {
  description = "The topic arn."
  type        = string
}

variable "rules" {
  description = "The rules."
  type        = map(object({ schedule = string, keep = number }))
}
