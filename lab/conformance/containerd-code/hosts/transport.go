package main

import (
	"fmt"
	"net/http"
	"reflect"
	"unsafe"
)

var roundTripper = reflect.TypeOf((*http.RoundTripper)(nil)).Elem()

// The HTTP transport inside of whatever containerd wraps around it; only the fallback to HTTP does.
func transportOf(client *http.Client) (transport *http.Transport, fallback bool) {
	round := client.Transport
	for {
		if found, ok := round.(*http.Transport); ok {
			return found, fallback
		}
		fallback = true
		value := reflect.ValueOf(round)
		if value.Kind() == reflect.Pointer {
			value = value.Elem()
		} else {
			copied := reflect.New(value.Type()).Elem()
			copied.Set(value)
			value = copied
		}
		round = inner(value)
	}
}

func inner(value reflect.Value) http.RoundTripper {
	for index := 0; index < value.NumField(); index++ {
		field := value.Field(index)
		if field.Type() == roundTripper {
			return *(*http.RoundTripper)(unsafe.Pointer(field.UnsafeAddr()))
		}
	}
	panic(fmt.Sprintf("no transport in %s", value.Type()))
}
