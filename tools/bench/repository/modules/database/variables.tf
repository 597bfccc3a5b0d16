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

variable "suffix" {
  description = "The suffix."
  type        = string
  default     = ""
}

variable "engine_version" {
  description = "The engine version."
  type        = string
  default     = "16.4"
}

variable "instance_class" {
  description = "The instance class."
  type        = string
  default     = "db.t4g.medium"
}

variable "allocated_storage" {
  description = "The allocated storage."
  type        = number
  default     = 50
}

variable "backup_retention_period" {
  description = "The backup retention period."
  type        = number
  default     = 7
}

variable "deletion_protection" {
  description = "The deletion protection."
  type        = bool
  default     = true
}

variable "multi_az" {
  description = "The multi az."
  type        = bool
  default     = false
}

variable "replicate" {
  description = "The replicate."
  type        = bool
  default     = false
}

variable "key_deletion_window" {
  description = "The key deletion window."
  type        = number
  default     = 30
}

variable "parameters" {
  description = "The parameters."
  type        = map(string)
  default     = {}
}

variable "subnet_ids" {
  description = "The subnet ids."
  type        = list(string)
}

variable "security_group_ids" {
  description = "The security group ids."
  type        = list(string)
}
