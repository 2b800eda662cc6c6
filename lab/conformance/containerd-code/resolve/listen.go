package main

import (
	"bufio"
	"fmt"
	"net"
	"sync"
	"syscall"
)

// An address that is bound, so that nobody else gets it, and that refuses connections, as nobody listens.
func refusing() (address string, stop func()) {
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	must(err)
	must(syscall.Bind(socket, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	name, err := syscall.Getsockname(socket)
	must(err)
	return fmt.Sprintf("127.0.0.1:%d", name.(*syscall.SockaddrInet4).Port), func() { syscall.Close(socket) }
}

// Tells of clients that begin to speak TLS, which this listener does not.
type watched struct {
	net.Listener
	server *server
}

func (listener watched) Accept() (net.Conn, error) {
	connection, err := listener.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &watchedConnection{Conn: connection, reader: bufio.NewReader(connection), server: listener.server}, nil
}

type watchedConnection struct {
	net.Conn
	reader *bufio.Reader
	server *server
	once   sync.Once
}

const handshakeRecord = 0x16

func (connection *watchedConnection) Read(buffer []byte) (int, error) {
	connection.once.Do(func() {
		if first, err := connection.reader.Peek(1); err == nil && first[0] == handshakeRecord {
			connection.server.seen.add(connection.server.name + " tls")
		}
	})
	return connection.reader.Read(buffer)
}
