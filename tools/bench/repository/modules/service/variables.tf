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

variable "registry" {
  description = "The registry."
  type        = string
}

variable "image_tag" {
  description = "The image tag."
  type        = string
  default     = "latest"
}

variable "port" {
  description = "The port."
  type        = number
  default     = 8080
}

variable "cpu" {
  description = "The cpu."
  type        = number
  default     = 512
}

variable "memory" {
  description = "The memory."
  type        = number
  default     = 1024
}

variable "cluster" {
  description = "The cluster."
  type        = string
}

variable "settings" {
  description = "The settings."
  type        = map(string)
  default     = {}
}

variable "replicas" {
  description = "The replicas."
  type        = map(number)
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
