// Says which endpoints containerd's own code makes of the files of a certs.d.
//
// Reads cases as JSON (a registry host, files in base64 or as what stands for one, roots) and writes one line per case.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

type oneCase struct {
	Host  string            `json:"host"`
	Files map[string]string `json:"files"`
	Roots []string          `json:"roots"`
}

// The name under which a case's files are known, whatever directory they lie in.
const shown = "/certs.d"

// How often a file is read to see whether its hosts come in another order.
const repeats = 40

func main() {
	allCapabilities := os.Args[1]
	pems := makePems()
	var cases []oneCase
	must(json.NewDecoder(bufio.NewReader(os.Stdin)).Decode(&cases))
	work, err := os.MkdirTemp("", "certs.d-")
	must(err)
	defer os.RemoveAll(work)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for index, one := range cases {
		root := filepath.Join(work, fmt.Sprint(index))
		one.write(root, pems)
		must(encoder.Encode(strings.ReplaceAll(one.line(root, allCapabilities), root, shown)))
		must(os.RemoveAll(root))
	}
}

func (one oneCase) write(root string, pems map[string][]byte) {
	must(os.MkdirAll(root, 0o755))
	for name, content := range one.Files {
		path := filepath.Join(root, name)
		must(os.MkdirAll(filepath.Dir(path), 0o755))
		if content == "@dir" {
			must(os.MkdirAll(path, 0o755))
		} else if target, ok := strings.CutPrefix(content, "@link "); ok {
			must(os.Symlink(target, path))
		} else if pem, ok := pems[content]; ok {
			must(os.WriteFile(path, pem, 0o644))
		} else {
			text, err := base64.StdEncoding.DecodeString(content)
			must(err)
			must(os.WriteFile(path, text, 0o644))
		}
	}
}

func (one oneCase) line(root, allCapabilities string) string {
	roots := []string{root}
	if len(one.Roots) > 0 {
		roots = nil
		for _, name := range one.Roots {
			roots = append(roots, filepath.Join(root, name))
		}
	}
	first, rejected, hosts := endpoints(one.Host, roots, allCapabilities)
	prefix := ""
	if rejected {
		prefix = "rejected, "
	}
	for count := 1; len(hosts) > 1 && count < repeats; count++ {
		again, _, _ := endpoints(one.Host, roots, allCapabilities)
		if again == first {
			continue
		}
		sort.Strings(hosts)
		return prefix + "in any order, " + strings.Join(hosts, " | ")
	}
	return prefix + first
}

func must(err error) {
	if err != nil && err != io.EOF {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
