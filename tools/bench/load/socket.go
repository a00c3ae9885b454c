package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"syscall"
	"time"

	"github.com/gobwas/ws"
)

const (
	patience     = 30 * time.Second
	smallBuffer  = 4096
	longestFrame = 1 << 20
)

// socket is one browser's WebSocket. Not for two goroutines at once.
type socket struct {
	conn  net.Conn
	from  *bufio.Reader
	frame []byte
}

// open does the handshake. One that is small lets the kernel hold back little for it, as it is not going to read.
func open(url string, small bool) (*socket, error) {
	connecting := net.Dialer{}
	if small {
		connecting.Control = func(_, _ string, raw syscall.RawConn) error {
			return raw.Control(func(file uintptr) {
				syscall.SetsockoptInt(int(file), syscall.SOL_SOCKET, syscall.SO_RCVBUF, smallBuffer)
			})
		}
	}
	within, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, left, _, err := ws.Dialer{NetDial: connecting.DialContext}.Dial(within, url)
	if err != nil {
		return nil, err
	}
	from := io.Reader(conn)
	if left != nil { // frames that came with the answer to the handshake
		already, _ := left.Peek(left.Buffered())
		from = io.MultiReader(bytes.NewReader(bytes.Clone(already)), conn)
		ws.PutReader(left)
	}
	return &socket{conn: conn, from: bufio.NewReaderSize(from, 1024)}, nil
}

func (s *socket) say(text string) error {
	return ws.WriteFrame(s.conn, ws.MaskFrameInPlace(ws.NewTextFrame([]byte(text))))
}

// expect reads until a frame has this in it.
func (s *socket) expect(part string) error {
	s.conn.SetReadDeadline(time.Now().Add(patience))
	defer s.conn.SetReadDeadline(time.Time{})
	for {
		frame, err := s.hear()
		if err != nil {
			return fmt.Errorf("no %s: %w", part, err)
		}
		if bytes.Contains(frame, []byte(part)) {
			return nil
		}
	}
}

// hear is the next text, valid until the next call; pings are answered.
func (s *socket) hear() ([]byte, error) {
	for {
		header, err := ws.ReadHeader(s.from)
		if err != nil {
			return nil, err
		}
		if header.Length > longestFrame || !header.Fin {
			return nil, fmt.Errorf("a frame of %d bytes, or a part of one", header.Length)
		}
		if int64(cap(s.frame)) < header.Length {
			s.frame = make([]byte, header.Length)
		}
		s.frame = s.frame[:header.Length]
		if _, err := io.ReadFull(s.from, s.frame); err != nil {
			return nil, err
		}
		switch header.OpCode {
		case ws.OpText:
			return s.frame, nil
		case ws.OpPing:
			if err := ws.WriteFrame(s.conn, ws.MaskFrameInPlace(ws.NewPongFrame(bytes.Clone(s.frame)))); err != nil {
				return nil, err
			}
		case ws.OpClose:
			return nil, fmt.Errorf("closed: %q", s.frame)
		}
	}
}
