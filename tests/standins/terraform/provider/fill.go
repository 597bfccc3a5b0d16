package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// account is the AWS account that every stand-in ARN names (the one AWS uses in its own documentation).
const account = "123456789012"

const fallbackRegion = "us-east-1"

// filler makes up the computed values of one applied resource.
type filler struct {
	provider *provider
	kind     string
	id       string
	arn      string
	region   string
	hash     string
	known    fields
	applied  *behaviour
}

// fill replaces each unknown by a plausible value. The same plan gives the same values, so states are repeatable.
func (p *provider) fill(kind string, planned tftypes.Value) tftypes.Value {
	known := fieldsOf(planned)
	f := &filler{provider: p, known: known, applied: p.behaviourOf(kind), hash: p.fingerprint(kind, planned)}
	f.kind = strings.TrimPrefix(kind, "data.")
	f.region = f.text("region")
	if f.region == "" {
		f.region = p.setting("region")
	}
	if f.region == "" {
		f.region = fallbackRegion
	}
	f.identify()
	out := fields{}
	for name, value := range known {
		out[name] = f.value(name, value, value.Type())
	}
	return tftypes.NewValue(planned.Type(), out)
}

// fingerprint tells instances apart; a second instance with equal arguments gets another one.
func (p *provider) fingerprint(kind string, planned tftypes.Value) string {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	text := kind + planned.String()
	p.given[text]++
	sum := sha256.Sum256([]byte(fmt.Sprint(text, p.given[text])))
	return hex.EncodeToString(sum[:])
}

// text is a stated string of the resource, "" when it is none.
func (f *filler) text(name string) string {
	var out string
	if value, found := f.known[name]; found && isSet(value) && value.IsKnown() && value.Type().Is(tftypes.String) {
		_ = value.As(&out)
	}
	return out
}

func (f *filler) value(path string, value tftypes.Value, kind tftypes.Type) tftypes.Value {
	if value.IsKnown() {
		return f.inside(path, value)
	}
	if raw, found := f.applied.Applied[path]; found {
		return fromJSON(raw, kind)
	}
	switch {
	case kind.Is(tftypes.String):
		return tftypes.NewValue(kind, f.string(path))
	case kind.Is(tftypes.Bool):
		return tftypes.NewValue(kind, false)
	case kind.Is(tftypes.Number):
		return tftypes.NewValue(kind, f.number(path))
	case kind.Is(tftypes.DynamicPseudoType):
		return tftypes.NewValue(tftypes.String, f.hash[:8])
	case kind.Is(tftypes.Map{}):
		return tftypes.NewValue(kind, fields{})
	case kind.Is(tftypes.Object{}):
		return null(kind)
	default:
		return tftypes.NewValue(kind, []tftypes.Value{})
	}
}

// inside fills unknowns within a known collection or block.
func (f *filler) inside(path string, value tftypes.Value) tftypes.Value {
	kind := value.Type()
	if value.IsNull() || value.IsFullyKnown() {
		return value
	}
	switch {
	case kind.Is(tftypes.Object{}), kind.Is(tftypes.Map{}):
		out := fields{}
		for name, inner := range fieldsOf(value) {
			out[name] = f.value(path+"."+name, inner, inner.Type())
		}
		return tftypes.NewValue(kind, out)
	default:
		elements := elementsOf(value)
		for i, inner := range elements {
			elements[i] = f.value(path, inner, inner.Type())
		}
		return tftypes.NewValue(kind, elements)
	}
}

// sized is a made-up text as long as an argument asks for, as random passwords and identifiers are.
func (f *filler) sized(argument string, factor int) string {
	length := big.NewFloat(8)
	if value, found := f.known[argument]; found && isSet(value) && value.IsKnown() {
		_ = value.As(&length)
	}
	wanted, _ := length.Int64()
	wanted = max(1, min(wanted*int64(factor), 1024))
	return strings.Repeat(f.hash, int(wanted)/len(f.hash)+1)[:wanted]
}

func (f *filler) number(path string) *big.Float {
	if strings.HasSuffix(path, "port") {
		return big.NewFloat(5432)
	}
	return big.NewFloat(0)
}

// string makes up one computed string from what its name promises.
func (f *filler) string(path string) string {
	name := path[strings.LastIndex(path, ".")+1:]
	short := f.hash[:12]
	switch name {
	case "id":
		return f.id
	case "arn":
		return f.arn
	case "region", "bucket_region":
		return f.region
	case "key_id", "resource_id", "cluster_resource_id", "unique_id":
		return f.hash[:8] + "-" + f.hash[8:12] + "-" + f.hash[12:16] + "-" + f.hash[16:20] + "-" + f.hash[20:32]
	case "owner_id", "registry_id", "account_id":
		return account
	case "creation_date", "create_date", "created_at", "rfc3339", "time_created", "updated", "creation_time":
		return "2026-01-01T00:00:00Z"
	case "availability_zone":
		return f.region + "a"
	case "endpoint", "address", "reader_endpoint", "host":
		return short + ".standin.invalid"
	case "self_link", "url", "invoke_url":
		return "standin://" + f.id
	case "hex":
		return f.sized("byte_length", 2)
	case "result":
		return f.sized("length", 1)
	case "status", "state":
		return "available"
	case "project":
		return f.provider.setting("project")
	}
	if strings.HasSuffix(name, "_arn") {
		return strings.Replace(f.arn, f.id, short, 1)
	}
	return short
}
