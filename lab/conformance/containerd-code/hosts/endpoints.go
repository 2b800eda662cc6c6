package main

import (
	"context"
	"sort"
	"strings"

	"containerdcode/config"
)

var capabilityNames = []string{"pull", "resolve", "push", "referrers"}

func endpoints(host string, roots []string, allCapabilities string) (line string, rejected bool, hosts []string) {
	defer func() {
		if recover() != nil {
			line, rejected, hosts = "crash", false, nil
		}
	}()
	dir, err := hostDirFromRoots(roots, host)
	var loaded []config.Loaded
	if err == nil && dir != "" {
		loaded, rejected = config.Load(dir)
	}
	configure := config.ConfigureHosts(context.Background(), config.HostOptions{
		HostDir: func(host string) (string, error) { return hostDirFromRoots(roots, host) },
	})
	found, err := configure(host)
	if err != nil {
		return "error: " + err.Error(), false, nil
	}
	for index, one := range found {
		transport, fallback := transportOf(one.Client)
		parts := []string{one.Scheme + "://" + one.Host + one.Path}
		if names := capabilities(uint8(one.Capabilities)); names != allCapabilities {
			parts = append(parts, "["+names+"]")
		}
		if transport.TLSClientConfig != nil && transport.TLSClientConfig.InsecureSkipVerify {
			parts = append(parts, "skip")
		}
		if fallback {
			parts = append(parts, "fallback")
		}
		if index < len(loaded) {
			parts = append(parts, files(loaded[index])...)
		}
		if len(one.Header) > 0 {
			names := make([]string, 0, len(one.Header))
			for name := range one.Header {
				names = append(names, name)
			}
			sort.Strings(names)
			parts = append(parts, "header="+strings.Join(names, ","))
		}
		if index < len(loaded) && loaded[index].Dial {
			parts = append(parts, "dial")
		}
		hosts = append(hosts, strings.Join(parts, " "))
	}
	return strings.Join(hosts, " | "), rejected, hosts
}

// As the CRI does it: pkg/cri/server/image_pull.go of 1.x, internal/cri/server/images/image_pull.go of 2.x.
func hostDirFromRoots(roots []string, host string) (dir string, err error) {
	for _, root := range roots {
		dir, err = config.HostDirFromRoot(root)(host)
		if (err != nil && err.Error() != "not found") || dir != "" {
			break
		}
	}
	return dir, err
}

func files(loaded config.Loaded) (parts []string) {
	if len(loaded.CA) > 0 {
		parts = append(parts, "ca="+strings.Join(loaded.CA, ","))
	}
	pairs := []string{}
	for _, pair := range loaded.Client {
		pairs = append(pairs, pair[0]+"+"+pair[1])
	}
	if len(pairs) > 0 {
		parts = append(parts, "client="+strings.Join(pairs, ","))
	}
	return parts
}

func capabilities(bits uint8) string {
	names := []string{}
	for index, name := range capabilityNames {
		if bits&(1<<uint(index)) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, ",")
}
