variable "environment" {
  description = "The environment."
  type        = string
  validation {
    condition     = contains(["dev", "test", "staging", "prod"], var.environment)
    error_message = "Unknown environment."
  }
}

variable "region" {
  type    = string
  default = "eu-west-1"
}

variable "image_tags" {
  type    = map(string)
  default = {}
}

variable "retention" {
  type    = map(number)
  default = { dev = 7, test = 7, staging = 21, prod = 35 }
}
