package main

import (
	"sync"
)

type requests struct {
	mutex sync.Mutex
	lines []string
}

func (seen *requests) add(line string) {
	seen.mutex.Lock()
	defer seen.mutex.Unlock()
	seen.lines = append(seen.lines, line)
}

func (seen *requests) all() []string {
	seen.mutex.Lock()
	defer seen.mutex.Unlock()
	return seen.lines
}
