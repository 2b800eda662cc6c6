// A registry in front of which something refuses manifests with one status, as a rate limit or a firewall does.
// Everything else reaches distribution's registry, which runs behind it in the same container.
package main

import (
	"fmt"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
)

const behind = "127.0.0.1:5009"

// The codes of the distribution specification.
var codes = map[int]string{403: "DENIED", 429: "TOOMANYREQUESTS", 500: "UNKNOWN"}

func main() {
	status, err := strconv.Atoi(os.Args[1])
	if err != nil || codes[status] == "" {
		log.Fatalf("no status to refuse with: %q", os.Args[1])
	}
	registry := exec.Command("/bin/registry", "serve", "/etc/distribution/config.yml")
	registry.Env = append(os.Environ(), "REGISTRY_HTTP_ADDR="+behind)
	registry.Stdout, registry.Stderr = os.Stdout, os.Stderr
	if err := registry.Start(); err != nil {
		log.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: behind})
	go func() {
		log.Fatal(http.ListenAndServe(":5000", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !strings.Contains(r.URL.Path, "/manifests/") {
				proxy.ServeHTTP(w, r)
				return
			}
			log.Printf("%s %s %s %d", r.RemoteAddr, r.Method, r.URL.Path, status)
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			fmt.Fprintf(w, `{"errors":[{"code":%q,"message":%q}]}`, codes[status], strings.ToLower(http.StatusText(status)))
		})))
	}()
	log.Fatal(registry.Wait())
}
