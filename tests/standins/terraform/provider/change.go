package main

import (
	"context"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

func (p *provider) PlanResourceChange(_ context.Context, r *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	schema := p.schemas.resources[r.TypeName]
	if schema == nil {
		return &tfprotov6.PlanResourceChangeResponse{Diagnostics: failure("plan", unknownType(r.TypeName))}, nil
	}
	kind := schema.valueType()
	proposed, err := r.ProposedNewState.Unmarshal(kind)
	if err != nil {
		return nil, err
	}
	prior, err := r.PriorState.Unmarshal(kind)
	if err != nil {
		return nil, err
	}
	config, err := r.Config.Unmarshal(kind)
	if err != nil {
		return nil, err
	}
	out := &tfprotov6.PlanResourceChangeResponse{PlannedState: r.ProposedNewState, PlannedPrivate: r.PriorPrivate}
	if proposed.IsNull() {
		return out, nil
	}
	plan := &planner{behaviour: p.behaviourOf(r.TypeName), legacy: p.legacy()}
	planned := plan.block(schema.Block, proposed, prior, "")
	planned = p.providerWide(r.TypeName, schema.Block, config, planned, prior)
	if !prior.IsNull() {
		out.RequiresReplace = plan.replaced(schema.Block, prior, planned)
	}
	state, err := tfprotov6.NewDynamicValue(kind, planned)
	if err != nil {
		return nil, err
	}
	out.PlannedState = &state
	out.UnsafeToUseLegacyTypeSystem = p.legacy()
	return out, nil
}

// legacy says that aws, google and neon are built on the old SDK, whose plans Terraform checks less strictly.
func (p *provider) legacy() bool {
	return p.schemas.name == "aws" || p.schemas.name == "neon" || p.isGoogle()
}

// providerWide adds what the provider configuration contributes to every resource.
func (p *provider) providerWide(kind string, schema *block, config, planned, prior tftypes.Value) tftypes.Value {
	out, before, asked := fieldsOf(planned), fieldsOf(prior), fieldsOf(config)
	switch {
	case p.schemas.name == "aws":
		// A region that comes from something unknown stays unknown; only one nobody wrote is the provider's.
		if region, there := asked["region"]; !there || region.IsNull() || region.IsKnown() {
			p.planRegion(schema, out)
		}
		p.planTags(schema, out, before)
	case p.isGoogle():
		p.planProject(kind, schema, out)
		if policy := out["deletion_policy"]; policy.Type() != nil && policy.Type().Is(tftypes.String) && !policy.IsKnown() {
			out["deletion_policy"] = tftypes.NewValue(tftypes.String, "DELETE")
		}
		p.planLabels(schema, out, before)
	}
	return tftypes.NewValue(planned.Type(), out)
}

// planRegion: since version 6 the AWS provider plans each resource's region from its own configuration.
func (p *provider) planRegion(schema *block, out fields) {
	attr := schema.Attributes["region"]
	if attr == nil || !attr.Optional || !attr.Computed || out["region"].IsKnown() {
		return
	}
	if region := p.setting("region"); region != "" {
		out["region"] = tftypes.NewValue(tftypes.String, region)
	}
}

// planTags: tags_all is default_tags overlaid with the resource's tags when that gives any tag; with none the AWS
// provider leaves it unknown on creation.
func (p *provider) planTags(schema *block, out, before fields) {
	attr, own := schema.Attributes["tags_all"], schema.Attributes["tags"]
	if attr == nil || own == nil {
		return
	}
	tags := out["tags"]
	if !tags.IsKnown() {
		out["tags_all"] = unknown(attr.kind)
		return
	}
	merged := fields{}
	for _, element := range elementsOf(p.config["default_tags"]) {
		for key, value := range fieldsOf(fieldsOf(element)["tags"]) {
			merged[key] = value
		}
	}
	for key, value := range fieldsOf(tags) {
		merged[key] = value
	}
	old := fieldsOf(before["tags_all"])
	switch {
	case len(merged) > 0:
		out["tags_all"] = tftypes.NewValue(attr.kind, merged)
	case isSet(before["tags_all"]) && len(old) == 0:
		out["tags_all"] = before["tags_all"]
	default:
		out["tags_all"] = unknown(attr.kind)
	}
}

func (p *provider) planProject(kind string, schema *block, out fields) {
	attr := schema.Attributes["project"]
	if attr == nil || !attr.Computed || out["project"].IsKnown() || p.behaviourOf(kind).NoProject {
		return
	}
	if project := p.setting("project"); project != "" {
		out["project"] = tftypes.NewValue(tftypes.String, project)
	}
}

// attribution is the label that the Google provider adds to what it creates.
const attribution = "goog-terraform-provisioned"

func (p *provider) planLabels(schema *block, out, before fields) {
	if schema.Attributes["effective_labels"] == nil || schema.Attributes["terraform_labels"] == nil {
		return
	}
	kind := schema.Attributes["effective_labels"].kind
	labels := out["labels"]
	if labels.Type() != nil && !labels.IsKnown() {
		out["effective_labels"], out["terraform_labels"] = unknown(kind), unknown(kind)
		return
	}
	merged := fields{}
	for key, value := range fieldsOf(p.config["default_labels"]) {
		merged[key] = value
	}
	if labels.Type() != nil {
		for key, value := range fieldsOf(labels) {
			merged[key] = value
		}
	}
	_, had := fieldsOf(before["effective_labels"])[attribution]
	wanted := true
	if value, found := p.config["add_terraform_attribution_label"]; found && isSet(value) && value.IsKnown() {
		_ = value.As(&wanted)
	}
	if had || (len(before) == 0 && wanted) {
		merged[attribution] = tftypes.NewValue(tftypes.String, "true")
	}
	out["effective_labels"] = tftypes.NewValue(kind, merged)
	out["terraform_labels"] = tftypes.NewValue(kind, merged)
}

func (p *provider) ApplyResourceChange(_ context.Context, r *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	schema := p.schemas.resources[r.TypeName]
	if schema == nil {
		return &tfprotov6.ApplyResourceChangeResponse{Diagnostics: failure("apply", unknownType(r.TypeName))}, nil
	}
	kind := schema.valueType()
	planned, err := r.PlannedState.Unmarshal(kind)
	if err != nil {
		return nil, err
	}
	out := &tfprotov6.ApplyResourceChangeResponse{NewState: r.PlannedState, UnsafeToUseLegacyTypeSystem: p.legacy()}
	if planned.IsNull() {
		return out, nil
	}
	state, err := tfprotov6.NewDynamicValue(kind, p.fill(r.TypeName, planned))
	if err != nil {
		return nil, err
	}
	out.NewState = &state
	return out, nil
}
