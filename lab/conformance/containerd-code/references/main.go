// Says what the libraries of the kubelet and of containerd make of image references.
//
// Reads references as JSON and writes one object per reference.
package main

import (
	_ "crypto/sha256"
	_ "crypto/sha512"
	"encoding/json"
	"fmt"
	"os"
	"regexp"

	"containerd/reference"
	distribution "github.com/distribution/reference"
)

type parsed struct {
	Image        string `json:"image"`
	RegistryHost string `json:"registryHost,omitempty"`
	Repository   string `json:"repository,omitempty"`
	Tag          string `json:"tag,omitempty"`
	Digest       string `json:"digest,omitempty"`
	Canonical    string `json:"canonical,omitempty"`
	Error        string `json:"error,omitempty"`
}

// What is wrong with an address in brackets is not told by our own parser.
var addressDetail = regexp.MustCompile(`: ParseAddr\(.*`)

func main() {
	var images []string
	if err := json.NewDecoder(os.Stdin).Decode(&images); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	for _, image := range images {
		one, err := parse(image)
		if err != nil {
			one = parsed{Image: image, Error: addressDetail.ReplaceAllString(err.Error(), "")}
		}
		encoder.Encode(one)
	}
}

func parse(image string) (parsed, error) {
	named, err := distribution.ParseNormalizedNamed(image)
	if err != nil {
		return parsed{}, err
	}
	canonical, err := distribution.ParseDockerRef(image)
	if err != nil {
		return parsed{}, err
	}
	spec, err := reference.Parse(canonical.String())
	if err != nil {
		return parsed{}, err
	}
	one := parsed{Image: image, RegistryHost: spec.Hostname(), Repository: distribution.Path(named), Canonical: canonical.String()}
	if tagged, ok := distribution.TagNameOnly(named).(distribution.Tagged); ok {
		one.Tag = tagged.Tag()
	}
	if digested, ok := named.(distribution.Digested); ok {
		one.Digest = digested.Digest().String()
	}
	return one, nil
}
