// A runc for machines whose capability bounding set lacks CAP_SYS_RESOURCE: there, granting it to a container
// fails ("unable to apply caps"). This takes it out of what the real runc is asked to grant, nothing else.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

const capability = "CAP_SYS_RESOURCE"

// candidates are where distributions put runc; never this program's own place.
var candidates = []string{"/usr/sbin/runc", "/usr/bin/runc", "/usr/local/bin/runc"}

// option gives the value of --long or -s from the arguments.
func option(args []string, long, short string) string {
	for i, a := range args {
		if value, ok := strings.CutPrefix(a, "--"+long+"="); ok {
			return value
		}
		if (a == "--"+long || a == "-"+short) && i+1 < len(args) {
			return args[i+1]
		}
	}
	return ""
}

// command is the first argument that is one of the commands that grant capabilities.
func command(args []string) string {
	for _, a := range args {
		switch a {
		case "create", "run", "restore", "exec":
			return a
		case "state", "start", "kill", "delete", "features", "list", "events", "ps", "pause", "resume", "update":
			return ""
		}
	}
	return ""
}

func strip(process map[string]any) {
	caps, _ := process["capabilities"].(map[string]any)
	for set, value := range caps {
		list, _ := value.([]any)
		kept := []any{}
		for _, c := range list {
			if c != capability {
				kept = append(kept, c)
			}
		}
		caps[set] = kept
	}
}

// rewrite strips the capability from a bundle's config.json (under "process") or from a process file.
func rewrite(path string, bundle bool) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber() // limits may be larger than a float64 holds exactly
	var spec map[string]any
	if err := decoder.Decode(&spec); err != nil {
		return err
	}
	process := spec
	if bundle {
		process, _ = spec["process"].(map[string]any)
	}
	strip(process)
	out, err := json.Marshal(spec)
	if err != nil {
		return err
	}
	return os.WriteFile(path, out, 0o600)
}

func main() {
	args := os.Args[1:]
	var err error
	switch command(args) {
	case "create", "run", "restore":
		err = rewrite(filepath.Join(option(args, "bundle", "b"), "config.json"), true)
	case "exec":
		if file := option(args, "process", "p"); file != "" {
			err = rewrite(file, false)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "runc wrapper:", err)
		os.Exit(1)
	}
	for _, real := range candidates {
		if _, statErr := os.Stat(real); statErr == nil {
			err = syscall.Exec(real, append([]string{"runc"}, args...), os.Environ())
		}
	}
	fmt.Fprintln(os.Stderr, "runc wrapper: no runc found:", err)
	os.Exit(1)
}
