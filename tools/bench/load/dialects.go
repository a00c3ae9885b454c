package main

import (
	"bytes"
	"fmt"
)

// dialect is how a server is asked to tell of an order, and what it wants to hear meanwhile.
type dialect struct {
	path string
	// ask returns when the server has said that it will tell.
	ask func(s *socket, order, token string) error
	// pong is what a frame has to be answered with, if it is a question whether somebody is there.
	pong func(frame []byte) []byte
}

var dialects = map[string]dialect{
	"tillstream": {"/v1/stream", askTillstream, noPong},
	"socket.io":  {"/socket.io/?EIO=4&transport=websocket", askSocketIO, pongSocketIO},
	"ws":         {"/", askPlainly, noPong},
}

func askTillstream(s *socket, _, token string) error {
	if err := s.say(fmt.Sprintf(`{"type":"subscribe","token":%q}`, token)); err != nil {
		return err
	}
	return s.expect(`"type":"snapshot"`)
}

// askSocketIO speaks Engine.IO 4 (0: open) and Socket.IO 5 in its messages (40: connect, 420: event that wants its
// acknowledgement, 430: that).
func askSocketIO(s *socket, order, _ string) error {
	if err := s.expect(`0{`); err != nil {
		return err
	}
	if err := s.say("40"); err != nil {
		return err
	}
	if err := s.expect(`40{`); err != nil {
		return err
	}
	if err := s.say(fmt.Sprintf(`420["watch",%q]`, order)); err != nil {
		return err
	}
	return s.expect("430[")
}

func askPlainly(s *socket, order, _ string) error {
	if err := s.say(fmt.Sprintf(`{"watch":%q}`, order)); err != nil {
		return err
	}
	return s.expect(`"watching"`)
}

func noPong([]byte) []byte { return nil }

func pongSocketIO(frame []byte) []byte {
	if bytes.Equal(frame, []byte("2")) {
		return []byte("3")
	}
	return nil
}
