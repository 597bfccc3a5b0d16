resource "aws_route53_record" "services" {
  for_each = local.services
  zone_id  = data.aws_route53_zone.this.zone_id
  name     = "${each.key}.${local.application}"
  type     = "CNAME"
  ttl      = 60
  records  = ["${local.prefix}.elb.${var.region}.amazonaws.com"]
}
