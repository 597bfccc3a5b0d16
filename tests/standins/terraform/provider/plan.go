package main

import (
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// fields is an object value taken apart.
type fields = map[string]tftypes.Value

func fieldsOf(value tftypes.Value) fields {
	out := fields{}
	if value.IsNull() || !value.IsKnown() {
		return out
	}
	_ = value.As(&out)
	return out
}

func elementsOf(value tftypes.Value) []tftypes.Value {
	var out []tftypes.Value
	if value.IsNull() || !value.IsKnown() {
		return out
	}
	_ = value.As(&out)
	return out
}

func unknown(kind tftypes.Type) tftypes.Value { return tftypes.NewValue(kind, tftypes.UnknownValue) }

func null(kind tftypes.Type) tftypes.Value { return tftypes.NewValue(kind, nil) }

// isSet tells a known or unknown value from null and from the zero Value of a missing map entry.
func isSet(value tftypes.Value) bool { return value.Type() != nil && !value.IsNull() }

// planner plans one resource instance the way the real provider would.
type planner struct {
	behaviour *behaviour
	legacy    bool
}

// block plans one block. proposed is Terraform's merge of configuration and prior state, so a null in it is an
// argument that was never stated: the provider's default, else unknown when the provider computes it. That is the
// trap the stand-in exists for: an absent argument that the provider computes shows as unknown, not as null.
func (p *planner) block(schema *block, proposed, prior tftypes.Value, path string) tftypes.Value {
	if proposed.IsNull() || !proposed.IsKnown() {
		return proposed
	}
	out, before := fieldsOf(proposed), fieldsOf(prior)
	for name, attr := range schema.Attributes {
		value := out[name]
		switch {
		case attr.WriteOnly:
			out[name] = null(attr.kind)
		case p.legacy && attr.Computed && isEmpty(value):
			out[name] = p.unstated(attr, before[name])
		case isSet(value):
		case p.hasDefault(path + name):
			out[name] = p.defaultValue(path+name, attr.kind)
		case attr.Computed:
			out[name] = unknown(attr.kind)
		}
	}
	for name, nested := range schema.Blocks {
		out[name] = p.nested(nested, out[name], before[name], path+name)
	}
	return tftypes.NewValue(proposed.Type(), out)
}

func (p *planner) nested(schema *nestedBlock, proposed, prior tftypes.Value, path string) tftypes.Value {
	if proposed.IsNull() || !proposed.IsKnown() {
		return proposed
	}
	if schema.Nesting == "single" {
		return p.block(schema.Block, proposed, prior, path+".")
	}
	elements, before := elementsOf(proposed), elementsOf(prior)
	if len(elements) == 0 && schema.Computed {
		if isSet(prior) {
			return prior
		}
		return unknown(proposed.Type())
	}
	for i := range elements {
		old := null(elements[i].Type())
		if schema.Nesting == "list" && i < len(before) {
			old = before[i]
		}
		elements[i] = p.block(schema.Block, elements[i], old, path+".")
	}
	return tftypes.NewValue(proposed.Type(), elements)
}

// unstated is what the old SDK plans for "" or an empty collection in a computed argument: it cannot tell it from an
// argument left out.
func (p *planner) unstated(attr *attribute, prior tftypes.Value) tftypes.Value {
	if isSet(prior) {
		return prior
	}
	return unknown(attr.kind)
}

// isEmpty is true for "" and for a collection without elements.
func isEmpty(value tftypes.Value) bool {
	if !isSet(value) || !value.IsKnown() {
		return false
	}
	switch kind := value.Type(); {
	case kind.Is(tftypes.String):
		return stringOf(value) == ""
	case kind.Is(tftypes.Map{}):
		return len(fieldsOf(value)) == 0
	case kind.Is(tftypes.List{}), kind.Is(tftypes.Set{}):
		return len(elementsOf(value)) == 0
	}
	return false
}

func (p *planner) hasDefault(path string) bool {
	_, found := p.behaviour.Defaults[path]
	return found
}

func (p *planner) defaultValue(path string, kind tftypes.Type) tftypes.Value {
	return fromJSON(p.behaviour.Defaults[path], kind)
}

// fromJSON reads a value of behaviour.json; a value of the wrong type is a fault in that file and shows as unknown.
func fromJSON(raw json.RawMessage, kind tftypes.Type) tftypes.Value {
	value, err := tftypes.ValueFromJSON(raw, kind) //nolint:staticcheck // the only reader of plain JSON there is
	if err != nil {
		return unknown(kind)
	}
	return value
}

// replaced lists the attributes whose change forces a new resource.
func (p *planner) replaced(schema *block, prior, planned tftypes.Value) []*tftypes.AttributePath {
	before, after := fieldsOf(prior), fieldsOf(planned)
	names := p.behaviour.ForceNew
	if len(names) == 1 && names[0] == "*" {
		names = nil
		for _, name := range sortedKeys(schema.Attributes) {
			if schema.Attributes[name].Optional || schema.Attributes[name].Required {
				names = append(names, name)
			}
		}
	}
	var paths []*tftypes.AttributePath
	for _, name := range names {
		old, found := before[name]
		if found && !old.Equal(after[name]) {
			paths = append(paths, tftypes.NewAttributePath().WithAttributeName(name))
		}
	}
	return paths
}
