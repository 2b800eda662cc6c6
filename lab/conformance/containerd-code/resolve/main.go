// Says which requests containerd's own resolver makes of scripted servers, and with which error it ends.
//
// Reads scripts as JSON (servers by name, a reference and its servers per case) and writes one line per case.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"containerd/remotes/docker"
	"containerdcode/config"
)

type oneCase struct {
	Ref     string   `json:"ref"`
	Servers []string `json:"servers"`
}

type scripts struct {
	Servers map[string]script `json:"servers"`
	Cases   []oneCase         `json:"cases"`
}

var digest = "sha256:" + strings.Repeat("ab", 32)

// The text of a token server's refusal names its address.
var token = regexp.MustCompile(`(anonymous token: ).*`)

func main() {
	var all scripts
	must(json.NewDecoder(bufio.NewReader(os.Stdin)).Decode(&all))
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for _, one := range all.Cases {
		must(encoder.Encode(one.line(all.Servers)))
	}
}

func (one oneCase) line(named map[string]script) string {
	seen := &requests{}
	names := []string{}
	servers := []*server{}
	for index, name := range one.Servers {
		started := start(fmt.Sprintf("e%d", index+1), named[name], seen)
		defer started.stop()
		servers = append(servers, started)
		names = append(names,
			started.address, started.name+":5000",
			url.QueryEscape(started.address), url.QueryEscape(started.name+":5000"))
	}
	directory, err := os.MkdirTemp("", "certs.d-")
	must(err)
	defer os.RemoveAll(directory)
	must(os.WriteFile(filepath.Join(directory, "hosts.toml"), []byte(hostsToml(servers)), 0o644))

	resolver := docker.NewResolver(docker.ResolverOptions{Hosts: config.ConfigureHosts(context.Background(), config.HostOptions{
		HostDir: func(string) (string, error) { return directory, nil },
		// The CRI gives a function in any case, which knows nothing where there are no secrets.
		Credentials: func(string) (string, string, error) { return "", "", nil },
	})})
	ref := strings.Replace(one.Ref, "DIGEST", digest, 1)
	if strings.HasPrefix(ref, "e1:5000/") {
		ref = servers[0].address + strings.TrimPrefix(ref, "e1:5000")
	}
	_, _, err = resolver.Resolve(context.Background(), ref)
	end := "ok"
	if err != nil {
		end = token.ReplaceAllString(err.Error(), "${1}TOKEN")
	}
	line := strings.Join(seen.all(), " | ") + " => " + end
	return strings.NewReplacer(append(names, digest, "DIGEST", url.QueryEscape(digest), "DIGEST")...).Replace(line)
}

// The servers in their order; the last one is the file's own.
func hostsToml(servers []*server) string {
	last := servers[len(servers)-1]
	// Versions before 1.7.32 do not accept a file without this table.
	lines := []string{fmt.Sprintf("server = %q", last.url()), last.settings(), "[host]"}
	for _, one := range servers[:len(servers)-1] {
		lines = append(lines, fmt.Sprintf("[host.%q]", one.url()), one.settings())
	}
	return strings.Join(lines, "\n")
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
