package main

import "strings"

// arnShape is how one AWS type's ARN ends: service, and the part after the account with %s for the name.
type arnShape struct{ service, rest string }

// arnShapes lists the types whose ARNs other resources and the rules look into; others get a generic form.
var arnShapes = map[string]arnShape{
	"aws_db_instance":                       {"rds", "db:%s"},
	"aws_rds_cluster":                       {"rds", "cluster:%s"},
	"aws_rds_cluster_instance":              {"rds", "db:%s"},
	"aws_docdb_cluster":                     {"rds", "cluster:%s"},
	"aws_neptune_cluster":                   {"rds", "cluster:%s"},
	"aws_redshift_cluster":                  {"redshift", "cluster:%s"},
	"aws_dynamodb_table":                    {"dynamodb", "table/%s"},
	"aws_kms_key":                           {"kms", "key/%s"},
	"aws_kms_replica_key":                   {"kms", "key/%s"},
	"aws_kms_external_key":                  {"kms", "key/%s"},
	"aws_kms_alias":                         {"kms", "%s"},
	"aws_backup_vault":                      {"backup", "backup-vault:%s"},
	"aws_backup_logically_air_gapped_vault": {"backup", "backup-vault:%s"},
	"aws_backup_plan":                       {"backup", "backup-plan:%s"},
	"aws_efs_file_system":                   {"elasticfilesystem", "file-system/%s"},
	"aws_ebs_volume":                        {"ec2", "volume/%s"},
	"aws_instance":                          {"ec2", "instance/%s"},
	"aws_secretsmanager_secret":             {"secretsmanager", "secret:%s"},
	"aws_ssm_parameter":                     {"ssm", "parameter/%s"},
	"aws_sns_topic":                         {"sns", "%s"},
	"aws_sqs_queue":                         {"sqs", "%s"},
	"aws_cloudwatch_event_rule":             {"events", "rule/%s"},
	"aws_cloudwatch_log_group":              {"logs", "log-group:%s"},
	"aws_cloudwatch_metric_alarm":           {"cloudwatch", "alarm:%s"},
	"aws_lambda_function":                   {"lambda", "function:%s"},
	"aws_elasticache_replication_group":     {"elasticache", "replicationgroup:%s"},
	"aws_memorydb_cluster":                  {"memorydb", "cluster/%s"},
	"aws_opensearch_domain":                 {"es", "domain/%s"},
	"aws_iam_role":                          {"iam", "role/%s"},
	"aws_iam_policy":                        {"iam", "policy/%s"},
	"aws_iam_user":                          {"iam", "user/%s"},
}

// idPrefixes are the beginnings of generated EC2-like identifiers.
var idPrefixes = map[string]string{
	"aws_instance": "i-", "aws_ebs_volume": "vol-", "aws_vpc": "vpc-", "aws_subnet": "subnet-",
	"aws_security_group": "sg-", "aws_efs_file_system": "fs-", "aws_fsx_windows_file_system": "fs-",
	"aws_fsx_ontap_file_system": "fs-", "aws_fsx_openzfs_file_system": "fs-", "aws_fsx_lustre_file_system": "fs-",
	"aws_ebs_snapshot": "snap-", "aws_dlm_lifecycle_policy": "policy-",
}

// arnIsID lists the types whose id is their ARN.
var arnIsID = map[string]bool{
	"aws_sns_topic": true, "aws_sns_topic_subscription": true, "aws_secretsmanager_secret": true,
	"aws_iam_policy": true, "aws_db_instance_automated_backups_replication": true, "aws_cloudtrail": true,
}

// namedBy are the arguments that name a resource, best first.
var namedBy = []string{
	"bucket", "identifier", "cluster_identifier", "replication_group_id", "cluster_id", "global_cluster_identifier",
	"domain_name", "alarm_name", "function_name", "backup_vault_name", "name",
}

// identify settles id and ARN before any other value is made up.
func (f *filler) identify() {
	name := f.name()
	f.id = name
	switch {
	case f.provider.schemas.name == "aws":
		f.arn = f.awsARN(name)
		switch {
		case arnIsID[f.kind]:
			f.id = f.arn
		case f.kind == "aws_db_instance":
			// Since version 5 the id of an instance is its resource id; only `identifier` names it.
			f.id = "db-" + strings.ToUpper(f.hash[:26])
		}
	case f.provider.isGoogle():
		f.id = f.googleID(name)
	}
}

func (f *filler) name() string {
	if prefix, found := idPrefixes[f.kind]; found {
		return prefix + "0" + f.hash[:16]
	}
	if strings.HasPrefix(f.kind, "aws_kms_") && f.kind != "aws_kms_alias" || f.kind == "aws_backup_plan" {
		return f.string("key_id")
	}
	for _, argument := range namedBy {
		if text := f.text(argument); text != "" {
			return text
		}
	}
	return "standin-" + f.hash[:12]
}

func (f *filler) awsARN(name string) string {
	if f.kind == "aws_s3_bucket" {
		return "arn:aws:s3:::" + name
	}
	shape, found := arnShapes[f.kind]
	if !found {
		service, rest, _ := strings.Cut(strings.TrimPrefix(f.kind, "aws_"), "_")
		shape = arnShape{service, rest + "/%s"}
	}
	region := f.region
	if shape.service == "iam" {
		region = ""
	}
	return "arn:aws:" + shape.service + ":" + region + ":" + account + ":" + strings.Replace(shape.rest, "%s", name, 1)
}

func (f *filler) googleID(name string) string {
	project := f.text("project")
	if project == "" {
		project = f.provider.setting("project")
	}
	switch f.kind {
	case "google_storage_bucket", "google_sql_database_instance":
		return name
	case "google_kms_key_ring":
		return "projects/" + project + "/locations/" + f.text("location") + "/keyRings/" + name
	case "google_kms_crypto_key":
		return f.text("key_ring") + "/cryptoKeys/" + name
	}
	return "projects/" + project + "/" + strings.TrimPrefix(f.kind, "google_") + "/" + name
}
