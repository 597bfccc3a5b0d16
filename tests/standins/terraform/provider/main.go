// Command standin is a test-only Terraform provider that plays hashicorp/aws, hashicorp/google and others.
//
// The real providers cannot be downloaded where the tests run. This one has their schemas (read from JSON) and
// imitates how they plan: what is stated stays, what they compute is unknown, what they default gets its default.
// It talks to no cloud. Its executable name (through a symbolic link) decides which provider it plays.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
)

// schemaFolderVariable names the environment variable that holds the folder of schema files.
const schemaFolderVariable = "RECOVERABLE_STANDIN_SCHEMAS"

const executablePrefix = "terraform-provider-"

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "stand-in provider:", err)
		os.Exit(1)
	}
}

func run() error {
	name := strings.TrimPrefix(filepath.Base(os.Args[0]), executablePrefix)
	folder := os.Getenv(schemaFolderVariable)
	if folder == "" {
		return fmt.Errorf("%s is not set; it must name the folder with aws.json and the others", schemaFolderVariable)
	}
	schemas, err := loadSchemas(folder, name)
	if err != nil {
		return err
	}
	return tf6server.Serve("standin/"+name, func() tfprotov6.ProviderServer { return newProvider(schemas) })
}
