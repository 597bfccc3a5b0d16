# case: Redshift: automated snapshots
# recoverable: RCV001
# checkov: CKV_AWS_343
# through: code plan
# good aws_redshift_cluster.month: kept 30 days <https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-snapshots.html>
# bad aws_redshift_cluster.zero: 0 turns them off (not for RA3) <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/redshift_cluster#automated_snapshot_retention_period-1>
# good aws_redshift_cluster.absent: on for 1 day by default <https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/redshift_cluster#automated_snapshot_retention_period-1>
resource "aws_redshift_cluster" "month" {
  cluster_identifier                  = "month"
  node_type                           = "dc2.large"
  automated_snapshot_retention_period = 30
}

resource "aws_redshift_cluster" "zero" {
  cluster_identifier                  = "zero"
  node_type                           = "dc2.large"
  automated_snapshot_retention_period = 0
}

resource "aws_redshift_cluster" "absent" {
  cluster_identifier = "absent"
  node_type          = "dc2.large"
}
