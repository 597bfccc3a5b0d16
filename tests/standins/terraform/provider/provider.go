package main

import (
	"context"
	"fmt"
	"sync"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// provider serves one schema set. The embedded nil interface stands for the calls that Terraform never makes here.
type provider struct {
	tfprotov6.ProviderServer
	schemas *schemaSet
	config  fields
	mutex   sync.Mutex
	given   map[string]int
}

func newProvider(schemas *schemaSet) *provider {
	return &provider{schemas: schemas, config: fields{}, given: map[string]int{}}
}

func failure(summary string, err error) []*tfprotov6.Diagnostic {
	return []*tfprotov6.Diagnostic{
		{Severity: tfprotov6.DiagnosticSeverityError, Summary: "stand-in provider: " + summary, Detail: err.Error()},
	}
}

var capabilities = &tfprotov6.ServerCapabilities{GetProviderSchemaOptional: true}

func (p *provider) GetMetadata(context.Context, *tfprotov6.GetMetadataRequest) (*tfprotov6.GetMetadataResponse, error) {
	out := &tfprotov6.GetMetadataResponse{ServerCapabilities: capabilities}
	for _, kind := range sortedKeys(p.schemas.resources) {
		out.Resources = append(out.Resources, tfprotov6.ResourceMetadata{TypeName: kind})
	}
	for _, kind := range sortedKeys(p.schemas.data) {
		out.DataSources = append(out.DataSources, tfprotov6.DataSourceMetadata{TypeName: kind})
	}
	return out, nil
}

func (p *provider) GetProviderSchema(context.Context, *tfprotov6.GetProviderSchemaRequest) (*tfprotov6.GetProviderSchemaResponse, error) {
	out := &tfprotov6.GetProviderSchemaResponse{
		ServerCapabilities: capabilities,
		Provider:           p.schemas.provider.protocol(),
		ResourceSchemas:    map[string]*tfprotov6.Schema{},
		DataSourceSchemas:  map[string]*tfprotov6.Schema{},
	}
	if meta := p.moduleMeta(); meta != nil {
		meta.Optional = true
		out.ProviderMeta = &tfprotov6.Schema{Block: &tfprotov6.SchemaBlock{Attributes: []*tfprotov6.SchemaAttribute{meta}}}
	}
	for kind, schema := range p.schemas.resources {
		out.ResourceSchemas[kind] = schema.protocol()
	}
	for kind, schema := range p.schemas.data {
		out.DataSourceSchemas[kind] = schema.protocol()
	}
	return out, nil
}

// moduleMeta is what published modules write into their provider_meta blocks.
func (p *provider) moduleMeta() *tfprotov6.SchemaAttribute {
	switch {
	case p.isGoogle():
		return &tfprotov6.SchemaAttribute{Name: "module_name", Type: tftypes.String}
	case p.schemas.name == "aws":
		return &tfprotov6.SchemaAttribute{Name: "user_agent", Type: tftypes.List{ElementType: tftypes.String}}
	}
	return nil
}

func (p *provider) GetResourceIdentitySchemas(context.Context, *tfprotov6.GetResourceIdentitySchemasRequest) (*tfprotov6.GetResourceIdentitySchemasResponse, error) {
	return &tfprotov6.GetResourceIdentitySchemasResponse{}, nil
}

func (p *provider) GetFunctions(context.Context, *tfprotov6.GetFunctionsRequest) (*tfprotov6.GetFunctionsResponse, error) {
	return &tfprotov6.GetFunctionsResponse{Functions: map[string]*tfprotov6.Function{}}, nil
}

func (p *provider) ValidateProviderConfig(_ context.Context, r *tfprotov6.ValidateProviderConfigRequest) (*tfprotov6.ValidateProviderConfigResponse, error) {
	return &tfprotov6.ValidateProviderConfigResponse{PreparedConfig: r.Config}, nil
}

func (p *provider) ConfigureProvider(_ context.Context, r *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	value, err := r.Config.Unmarshal(p.schemas.provider.valueType())
	if err != nil {
		return &tfprotov6.ConfigureProviderResponse{Diagnostics: failure("provider configuration", err)}, nil
	}
	p.config = fieldsOf(value)
	return &tfprotov6.ConfigureProviderResponse{}, nil
}

func (p *provider) StopProvider(context.Context, *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	return &tfprotov6.StopProviderResponse{}, nil
}

func (p *provider) ValidateResourceConfig(context.Context, *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return &tfprotov6.ValidateResourceConfigResponse{}, nil
}

func (p *provider) ValidateDataResourceConfig(context.Context, *tfprotov6.ValidateDataResourceConfigRequest) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	return &tfprotov6.ValidateDataResourceConfigResponse{}, nil
}

// UpgradeResourceState drops what a state file holds beyond the schema, as Terraform asks of every provider.
func (p *provider) UpgradeResourceState(_ context.Context, r *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	schema := p.schemas.resources[r.TypeName]
	if schema == nil {
		return &tfprotov6.UpgradeResourceStateResponse{Diagnostics: failure("state", unknownType(r.TypeName))}, nil
	}
	options := tfprotov6.UnmarshalOpts{ValueFromJSONOpts: tftypes.ValueFromJSONOpts{IgnoreUndefinedAttributes: true}}
	value, err := r.RawState.UnmarshalWithOpts(schema.valueType(), options)
	if err != nil {
		return &tfprotov6.UpgradeResourceStateResponse{Diagnostics: failure("state", err)}, nil
	}
	state, err := tfprotov6.NewDynamicValue(schema.valueType(), value)
	return &tfprotov6.UpgradeResourceStateResponse{UpgradedState: &state}, err
}

// ReadResource finds the world as the state left it: the stand-in has no cloud that could drift.
func (p *provider) ReadResource(_ context.Context, r *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	return &tfprotov6.ReadResourceResponse{NewState: r.CurrentState, Private: r.Private}, nil
}

func (p *provider) ImportResourceState(_ context.Context, r *tfprotov6.ImportResourceStateRequest) (*tfprotov6.ImportResourceStateResponse, error) {
	return &tfprotov6.ImportResourceStateResponse{Diagnostics: failure("import", fmt.Errorf("%s cannot be imported: there is no cloud", r.TypeName))}, nil
}

func (p *provider) MoveResourceState(_ context.Context, r *tfprotov6.MoveResourceStateRequest) (*tfprotov6.MoveResourceStateResponse, error) {
	return &tfprotov6.MoveResourceStateResponse{Diagnostics: failure("move", unknownType(r.SourceTypeName))}, nil
}

func unknownType(kind string) error {
	return fmt.Errorf("no schema for %s; add it to wanted.json and derive the schemas again", kind)
}

func (p *provider) behaviourOf(kind string) *behaviour {
	if found := p.schemas.behaviours[kind]; found != nil {
		return found
	}
	return &behaviour{}
}

func (p *provider) isGoogle() bool {
	return p.schemas.name == "google" || p.schemas.name == "google-beta"
}

// setting is a plain string of the provider configuration, "" when it is absent or unknown.
func (p *provider) setting(name string) string {
	var out string
	if value, found := p.config[name]; found && isSet(value) && value.IsKnown() {
		_ = value.As(&out)
	}
	return out
}
