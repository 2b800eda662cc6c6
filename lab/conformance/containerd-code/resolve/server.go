package main

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
)

type server struct {
	script
	name    string
	address string
	seen    *requests
	counts  map[string]int
	mutex   sync.Mutex
	stop    func()
}

func start(name string, does script, seen *requests) *server {
	started := &server{script: does, name: name, seen: seen, counts: map[string]int{}}
	if does.Listens == "none" {
		started.address, started.stop = refusing()
		return started
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	started.address = listener.Addr().String()
	// What a server says of clients that hang up is not wanted.
	serving := &http.Server{Handler: started, ErrorLog: log.New(io.Discard, "", 0)}
	if does.Listens == "tls" {
		listener = tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{certificate}})
	} else {
		listener = watched{listener, started}
	}
	go serving.Serve(listener)
	started.stop = func() { serving.Close() }
	return started
}

func (one *server) url() string {
	return one.Scheme + "://" + one.address + one.Path
}

func (one *server) settings() string {
	lines := []string{}
	if one.Skip {
		lines = append(lines, "skip_verify = true")
	}
	if one.Path != "" {
		lines = append(lines, "override_path = true")
	}
	if one.Caps != nil {
		caps, _ := json.Marshal(one.Caps)
		lines = append(lines, "capabilities = "+string(caps))
	}
	return strings.Join(lines, "\n")
}

func (one *server) ServeHTTP(response http.ResponseWriter, request *http.Request) {
	if request.URL.Path == "/token" {
		if one.Auth == "fail" {
			response.WriteHeader(http.StatusUnauthorized)
			return
		}
		fmt.Fprint(response, `{"token":"t"}`)
		return
	}
	one.seen.add(one.name + " " + request.Method + " " + request.URL.RequestURI())
	if challenge := one.challenge(request); challenge != "" {
		response.Header().Set("WWW-Authenticate", challenge)
		response.WriteHeader(http.StatusUnauthorized)
		return
	}
	one.answer(response, request)
}

func (one *server) challenge(request *http.Request) string {
	bearer := fmt.Sprintf(`Bearer realm="%s://%s/token",service="registry",scope="repository:x:pull"`, one.speaks(), one.address)
	authorized := request.Header.Get("Authorization") != ""
	switch {
	case one.Auth == "" || (authorized && one.Auth == "ok"):
		return ""
	case authorized && one.Auth == "denied":
		return bearer + `,error="insufficient_scope"`
	}
	return bearer
}

func (one *server) answer(response http.ResponseWriter, request *http.Request) {
	kind, steps := "manifests", one.Manifests
	if strings.Contains(request.URL.Path, "/blobs/") {
		kind, steps = "blobs", one.Blobs
	}
	one.mutex.Lock()
	count := one.counts[kind]
	one.counts[kind]++
	one.mutex.Unlock()
	if count >= len(steps) {
		count = len(steps) - 1
	}
	does := steps[count]
	if does.Close {
		connection, _, err := response.(http.Hijacker).Hijack()
		must(err)
		connection.Close()
		return
	}
	if does.Basic {
		response.Header().Set("WWW-Authenticate", `Basic realm="registry"`)
	}
	body := does.Body
	response.Header().Set("Content-Type", "application/json")
	if does.Status == http.StatusOK {
		body = `{"schemaVersion":2}`
		response.Header().Set("Content-Type", "application/vnd.oci.image.manifest.v1+json")
		if !does.Bare {
			response.Header().Set("Docker-Content-Digest", digest)
		}
	}
	if does.Status != http.StatusNoContent && does.Status != http.StatusNotModified {
		response.Header().Set("Content-Length", fmt.Sprint(len(body)))
	}
	response.WriteHeader(does.Status)
	if request.Method != http.MethodHead {
		fmt.Fprint(response, body)
	}
}

func (one *server) speaks() string {
	if one.Listens == "tls" {
		return "https"
	}
	return "http"
}
