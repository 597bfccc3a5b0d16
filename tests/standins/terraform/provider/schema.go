package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// attribute is one attribute as `terraform providers schema -json` prints it.
type attribute struct {
	RawType   json.RawMessage `json:"type"`
	Required  bool            `json:"required"`
	Optional  bool            `json:"optional"`
	Computed  bool            `json:"computed"`
	Sensitive bool            `json:"sensitive"`
	WriteOnly bool            `json:"write_only"`
	kind      tftypes.Type
}

// nestedBlock is one nested block. Computed is ours: no schema listing says that an absent block is planned unknown.
type nestedBlock struct {
	Nesting  string `json:"nesting_mode"`
	Block    *block `json:"block"`
	MinItems int64  `json:"min_items"`
	MaxItems int64  `json:"max_items"`
	Computed bool   `json:"computed"`
}

type block struct {
	Attributes map[string]*attribute   `json:"attributes"`
	Blocks     map[string]*nestedBlock `json:"block_types"`
}

type resourceSchema struct {
	Version int64  `json:"version"`
	Block   *block `json:"block"`
}

// behaviour is what a schema listing does not tell about a resource type; see schemas/README.md.
type behaviour struct {
	Defaults       map[string]json.RawMessage `json:"defaults"`
	ForceNew       []string                   `json:"force_new"`
	ComputedBlocks []string                   `json:"computed_blocks"`
	Applied        map[string]json.RawMessage `json:"applied"`
	NoProject      bool                       `json:"no_project"`
}

// schemaSet is everything one played provider needs.
type schemaSet struct {
	name       string
	provider   *resourceSchema
	resources  map[string]*resourceSchema
	data       map[string]*resourceSchema
	behaviours map[string]*behaviour
}

type schemaFile struct {
	Provider  *resourceSchema            `json:"provider"`
	Resources map[string]*resourceSchema `json:"resource_schemas"`
	Data      map[string]*resourceSchema `json:"data_source_schemas"`
}

// filesOf lists the schema files of each provider; the last one adds to the ones before it.
var filesOf = map[string][]string{
	"aws":         {"aws.json"},
	"google":      {"google.json", "google_extra.json"},
	"google-beta": {"google.json", "google_extra.json"},
	"neon":        {"neon.json"},
	"random":      {"utility.json"},
	"time":        {"utility.json"},
	"null":        {"utility.json"},
	"local":       {"utility.json"},
}

func loadSchemas(folder, name string) (*schemaSet, error) {
	files, known := filesOf[name]
	if !known {
		return nil, fmt.Errorf("it cannot play %q; it knows aws, google, google-beta, neon, random, time, null, local", name)
	}
	set := &schemaSet{
		name:       name,
		provider:   &resourceSchema{Block: &block{}},
		resources:  map[string]*resourceSchema{},
		data:       map[string]*resourceSchema{},
		behaviours: map[string]*behaviour{},
	}
	for _, file := range files {
		if err := set.addFile(filepath.Join(folder, file)); err != nil {
			return nil, err
		}
	}
	if err := readJSON(filepath.Join(folder, "behaviour.json"), &set.behaviours); err != nil {
		return nil, err
	}
	var marks struct {
		ComputedBlocks map[string][]string `json:"computed_blocks"`
	}
	if err := readJSON(filepath.Join(folder, "google_computed_blocks.json"), &marks); err != nil {
		return nil, err
	}
	return set, set.finish(marks.ComputedBlocks)
}

// addFile reads a file of ours or the plain listing of resource types that the corpus keeps.
func (set *schemaSet) addFile(path string) error {
	var file schemaFile
	if err := readJSON(path, &file); err != nil {
		return err
	}
	if file.Resources == nil {
		if err := readJSON(path, &file.Resources); err != nil {
			return err
		}
	}
	prefix := strings.TrimSuffix(set.name, "-beta") + "_"
	for kind, schema := range file.Resources {
		if strings.HasPrefix(kind, prefix) {
			set.resources[kind] = schema
		}
	}
	for kind, schema := range file.Data {
		if strings.HasPrefix(kind, prefix) {
			set.data[kind] = schema
		}
	}
	if file.Provider != nil {
		set.provider = file.Provider
	}
	return nil
}

// finish resolves types and lays the behaviours over the schemas.
func (set *schemaSet) finish(marked map[string][]string) error {
	if set.name == "neon" {
		key := &attribute{RawType: json.RawMessage(`"string"`), Optional: true, Sensitive: true}
		set.provider = &resourceSchema{Block: &block{Attributes: map[string]*attribute{"api_key": key}}}
	}
	for _, group := range []map[string]*resourceSchema{set.resources, set.data, {"provider": set.provider}} {
		for kind, schema := range group {
			if err := schema.Block.resolve(); err != nil {
				return fmt.Errorf("%s: %w", kind, err)
			}
		}
	}
	for kind, schema := range set.resources {
		names := append([]string{}, marked[kind]...)
		if extra := set.behaviours[kind]; extra != nil {
			names = append(names, extra.ComputedBlocks...)
		}
		for _, name := range names {
			if err := schema.Block.markComputed(strings.Split(name, ".")); err != nil {
				return fmt.Errorf("%s: %w", kind, err)
			}
		}
	}
	return nil
}

func (b *block) resolve() error {
	for name, attr := range b.Attributes {
		kind, err := tftypes.ParseJSONType(attr.RawType)
		if err != nil {
			return fmt.Errorf("attribute %s: %w", name, err)
		}
		attr.kind = kind
	}
	for name, nested := range b.Blocks {
		if err := nested.Block.resolve(); err != nil {
			return fmt.Errorf("block %s: %w", name, err)
		}
	}
	return nil
}

func (b *block) markComputed(path []string) error {
	nested := b.Blocks[path[0]]
	if nested == nil {
		return fmt.Errorf("behaviour names block %s, which the schema lacks", path[0])
	}
	if len(path) == 1 {
		nested.Computed = true
		return nil
	}
	return nested.Block.markComputed(path[1:])
}

// protocol turns a block into what the plugin protocol sends.
func (b *block) protocol() *tfprotov6.SchemaBlock {
	out := &tfprotov6.SchemaBlock{}
	for _, name := range sortedKeys(b.Attributes) {
		attr := b.Attributes[name]
		out.Attributes = append(out.Attributes, &tfprotov6.SchemaAttribute{
			Name: name, Type: attr.kind, Required: attr.Required, Optional: attr.Optional,
			Computed: attr.Computed, Sensitive: attr.Sensitive, WriteOnly: attr.WriteOnly,
		})
	}
	for _, name := range sortedKeys(b.Blocks) {
		nested := b.Blocks[name]
		out.BlockTypes = append(out.BlockTypes, &tfprotov6.SchemaNestedBlock{
			TypeName: name, Block: nested.Block.protocol(), Nesting: nestings[nested.Nesting],
			MinItems: nested.MinItems, MaxItems: nested.MaxItems,
		})
	}
	return out
}

var nestings = map[string]tfprotov6.SchemaNestedBlockNestingMode{
	"single": tfprotov6.SchemaNestedBlockNestingModeSingle,
	"list":   tfprotov6.SchemaNestedBlockNestingModeList,
	"set":    tfprotov6.SchemaNestedBlockNestingModeSet,
	"map":    tfprotov6.SchemaNestedBlockNestingModeMap,
}

func (s *resourceSchema) protocol() *tfprotov6.Schema {
	return &tfprotov6.Schema{Version: s.Version, Block: s.Block.protocol()}
}

func (s *resourceSchema) valueType() tftypes.Type { return s.protocol().ValueType() }

func readJSON(path string, into any) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}
