// A registry in front of which something refuses manifests with one status, as a rate limit or a firewall does, or ends
// blobs early, as one does that looks into them: `refusing-registry 403|429|500|cut [USER-AGENT]`, to everyone, or only to
// those whose user agent begins like that. Everything else reaches distribution's registry, which runs behind it in the same
// container.
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

// What it answers instead of the registry, and to which requests.
type obstacle struct {
	concerns func(*http.Request) bool
	answer   http.HandlerFunc
}

func obstacleOf(word string) obstacle {
	if word == "cut" {
		return obstacle{
			concerns: func(r *http.Request) bool { return r.Method == "GET" && strings.Contains(r.URL.Path, "/blobs/") },
			answer: func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/octet-stream")
			},
		}
	}
	status, err := strconv.Atoi(word)
	if err != nil || codes[status] == "" {
		log.Fatalf("no status to refuse with: %q", word)
	}
	return obstacle{
		concerns: func(r *http.Request) bool { return strings.Contains(r.URL.Path, "/manifests/") },
		answer: func(w http.ResponseWriter, r *http.Request) {
			log.Printf("%s %s %s %d", r.RemoteAddr, r.Method, r.URL.Path, status)
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			fmt.Fprintf(w, `{"errors":[{"code":%q,"message":%q}]}`, codes[status], strings.ToLower(http.StatusText(status)))
		},
	}
}

func main() {
	obstacle, userAgent := obstacleOf(os.Args[1]), ""
	if len(os.Args) > 2 {
		userAgent = os.Args[2]
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
			if obstacle.concerns(r) && strings.HasPrefix(r.UserAgent(), userAgent) {
				obstacle.answer(w, r)
				return
			}
			proxy.ServeHTTP(w, r)
		})))
	}()
	log.Fatal(registry.Wait())
}
