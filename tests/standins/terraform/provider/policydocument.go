package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"sort"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// statement keeps the key order that the AWS provider prints.
type statement struct {
	Sid          string         `json:",omitempty"`
	Effect       string         `json:",omitempty"`
	Action       any            `json:",omitempty"`
	NotAction    any            `json:",omitempty"`
	Resource     any            `json:",omitempty"`
	NotResource  any            `json:",omitempty"`
	Principal    any            `json:",omitempty"`
	NotPrincipal any            `json:",omitempty"`
	Condition    map[string]any `json:",omitempty"`
}

type policy struct {
	Version   string            `json:",omitempty"`
	ID        string            `json:"Id,omitempty"`
	Statement []json.RawMessage `json:"Statement"`
}

// policyDocument renders data "aws_iam_policy_document": bucket and vault policies are judged by their text, so this
// one data source must be right, not merely plausible.
func policyDocument(config fields) *policy {
	out := &policy{Version: stringOf(config["version"]), ID: stringOf(config["policy_id"])}
	if out.Version == "" {
		out.Version = "2012-10-17"
	}
	for _, source := range append(stringsOf(config["source_policy_documents"]), stringOf(config["source_json"])) {
		out.merge(source)
	}
	for _, element := range elementsOf(config["statement"]) {
		out.add(json.RawMessage(plainJSON(readStatement(fieldsOf(element)))))
	}
	for _, source := range append(stringsOf(config["override_policy_documents"]), stringOf(config["override_json"])) {
		out.merge(source)
	}
	return out
}

// merge adds another document's statements; one with the same Sid takes the place of the earlier.
func (p *policy) merge(document string) {
	var other policy
	if document == "" || json.Unmarshal([]byte(document), &other) != nil {
		return
	}
	for _, entry := range other.Statement {
		p.add(entry)
	}
}

func (p *policy) add(entry json.RawMessage) {
	sid := sidOf(entry)
	for i, earlier := range p.Statement {
		if sid != "" && sidOf(earlier) == sid {
			p.Statement[i] = entry
			return
		}
	}
	p.Statement = append(p.Statement, entry)
}

func sidOf(entry json.RawMessage) string {
	var only struct{ Sid string }
	_ = json.Unmarshal(entry, &only)
	return only.Sid
}

func readStatement(block fields) statement {
	out := statement{
		Sid: stringOf(block["sid"]), Effect: stringOf(block["effect"]),
		Action: oneOrMany(block["actions"]), NotAction: oneOrMany(block["not_actions"]),
		Resource: oneOrMany(block["resources"]), NotResource: oneOrMany(block["not_resources"]),
		Principal: principals(block["principals"]), NotPrincipal: principals(block["not_principals"]),
	}
	if out.Effect == "" {
		out.Effect = "Allow"
	}
	for _, element := range elementsOf(block["condition"]) {
		inner := fieldsOf(element)
		test, variable := stringOf(inner["test"]), stringOf(inner["variable"])
		if out.Condition == nil {
			out.Condition = map[string]any{}
		}
		tests, _ := out.Condition[test].(map[string]any)
		if tests == nil {
			tests = map[string]any{}
		}
		values := stringsOf(inner["values"])
		if len(values) == 1 {
			tests[variable] = values[0]
		} else {
			tests[variable] = values
		}
		out.Condition[test] = tests
	}
	return out
}

func principals(value tftypes.Value) any {
	byType := map[string][]string{}
	for _, element := range elementsOf(value) {
		inner := fieldsOf(element)
		kind := stringOf(inner["type"])
		byType[kind] = append(byType[kind], stringsOf(inner["identifiers"])...)
	}
	if len(byType) == 0 {
		return nil
	}
	if all := byType["*"]; len(byType) == 1 && len(all) == 1 && all[0] == "*" {
		return "*"
	}
	out := map[string]any{}
	for kind, names := range byType {
		sort.Sort(sort.Reverse(sort.StringSlice(names)))
		if len(names) == 1 {
			out[kind] = names[0]
		} else {
			out[kind] = names
		}
	}
	return out
}

// oneOrMany is a string for one value and a list, in the provider's reverse order, for several.
func oneOrMany(value tftypes.Value) any {
	texts := stringsOf(value)
	switch len(texts) {
	case 0:
		return nil
	case 1:
		return texts[0]
	}
	sort.Sort(sort.Reverse(sort.StringSlice(texts)))
	return texts
}

func (p *policy) minified() string { return plainJSON(p) }

// plainJSON leaves <, > and & as they are, unlike json.Marshal.
func plainJSON(value any) string {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(value)
	return strings.TrimSpace(out.String())
}

func (p *policy) indented() string {
	var out bytes.Buffer
	_ = json.Indent(&out, []byte(p.minified()), "", "  ")
	return out.String()
}

func (p *policy) id() string {
	sum := sha256.Sum256([]byte(p.minified()))
	return hex.EncodeToString(sum[:])[:10]
}

func stringOf(value tftypes.Value) string {
	var out string
	if isSet(value) && value.IsKnown() {
		_ = value.As(&out)
	}
	// The document language writes policy variables with &{…} so that Terraform leaves them alone.
	return strings.ReplaceAll(out, "&{", "${")
}

func stringsOf(value tftypes.Value) []string {
	if value.Type() == nil {
		return nil
	}
	var out []string
	for _, element := range elementsOf(value) {
		out = append(out, stringOf(element))
	}
	return out
}
