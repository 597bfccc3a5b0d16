output "arn" {
  value = aws_db_instance.this.arn
}

output "identifier" {
  value = aws_db_instance.this.identifier
}

output "kms_key_arn" {
  value = aws_kms_key.this.arn
}
