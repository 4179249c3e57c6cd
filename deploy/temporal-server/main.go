// The Temporal server, as it comes, for this product alone: the roles of its certificates decide who may call what (package
// access), and nothing of it listens without TLS.
package main

import (
	"fmt"
	"os"

	// A host without the database of time zones has its schedules all the same.
	_ "time/tzdata"

	"go.temporal.io/server/common/headers"
	"go.temporal.io/server/tools/sql"
)

const usage = `believe-temporal: a Temporal server with the roles of believe

  believe-temporal start --config FOLDER --namespace NAME    serves; FOLDER has server.yaml (believe temporal prepare)
  believe-temporal schema ARGUMENTS                          temporal-sql-tool: setup-schema, update-schema, create-database
  believe-temporal version
`

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintf(os.Stderr, "believe-temporal: %v\n", err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	if len(arguments) == 0 {
		return fmt.Errorf("no command\n%s", usage)
	}
	switch command, rest := arguments[0], arguments[1:]; command {
	case "start":
		return start(rest)
	case "schema":
		return sql.RunTool(append([]string{"temporal-sql-tool"}, rest...))
	case "version":
		fmt.Println(headers.ServerVersion)
		return nil
	case "help", "--help", "-h":
		fmt.Print(usage)
		return nil
	default:
		return fmt.Errorf("%q is no command\n%s", command, usage)
	}
}
