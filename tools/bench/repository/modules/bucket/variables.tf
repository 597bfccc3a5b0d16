variable "prefix" {
  description = "The prefix."
  type        = string
}

variable "name" {
  description = "The name."
  type        = string
}

variable "environment" {
  description = "The environment."
  type        = string
}

variable "region" {
  description = "The region."
  type        = string
}

variable "tags" {
  description = "The tags."
  type        = map(string)
}

variable "force_destroy" {
  description = "The force destroy."
  type        = bool
  default     = false
}

variable "versioning" {
  description = "The versioning."
  type        = bool
  default     = true
}

variable "kms_key_arn" {
  description = "The kms key arn."
  type        = string
  default     = null
}

variable "lifecycle_rules" {
  description = "The lifecycle rules."
  type        = any
  default     = []
}
