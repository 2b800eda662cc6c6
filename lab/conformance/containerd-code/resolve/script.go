package main

type step struct {
	Status int    `json:"status"`
	Bare   bool   `json:"bare"`
	Basic  bool   `json:"basic"`
	Body   string `json:"body"`
	Close  bool   `json:"close"`
}

// What a server does; test/containerd/scripted-registry.ts plays the same.
type script struct {
	Scheme    string   `json:"scheme"`
	Skip      bool     `json:"skip"`
	Listens   string   `json:"listens"`
	Path      string   `json:"path"`
	Caps      []string `json:"caps"`
	Auth      string   `json:"auth"`
	Manifests []step   `json:"manifests"`
	Blobs     []step   `json:"blobs"`
}
