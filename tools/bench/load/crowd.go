package main

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

const dialsAtOnce = 64

// crowd is many browsers, each of which watches one order.
type crowd struct {
	url     string
	speaks  dialect
	secret  string
	orders  []string // by the number of the browser
	stalls  func(number int) bool
	sockets []*socket
	broken  atomic.Int64
	closing atomic.Bool
}

// newCrowd is nobody yet; stalls says who will not read what is sent.
func newCrowd(url, speaks, secret string, orders []string, stalls func(int) bool) (*crowd, error) {
	known, ok := dialects[speaks]
	if !ok {
		return nil, fmt.Errorf("nobody speaks %q", speaks)
	}
	return &crowd{url: url, speaks: known, secret: secret, orders: orders, stalls: stalls, sockets: make([]*socket, len(orders))}, nil
}

// connect returns when each has been told that it watches.
func (c *crowd) connect() error {
	everybody := make([]int, len(c.orders))
	for number := range everybody {
		everybody[number] = number
	}
	return c.join(everybody)
}

// stallAnew replaces those that do not read, which the server may have cut off meanwhile.
func (c *crowd) stallAnew() error {
	var stalled []int
	for number, one := range c.sockets {
		if c.stalls(number) {
			one.conn.Close()
			stalled = append(stalled, number)
		}
	}
	return c.join(stalled)
}

// listen reads for everybody who reads, and hands on each text with its time.
func (c *crowd) listen(hear func(number int, frame []byte, at time.Time)) {
	for number, one := range c.sockets {
		if !c.stalls(number) {
			go c.follow(one, func(frame []byte) { hear(number, frame, time.Now()) })
		}
	}
}

func (c *crowd) leave() {
	c.closing.Store(true)
	for _, one := range c.sockets {
		if one != nil {
			one.conn.Close()
		}
	}
}

func (c *crowd) follow(one *socket, hear func([]byte)) {
	for {
		frame, err := one.hear()
		if err != nil {
			if !c.closing.Load() {
				c.broken.Add(1)
			}
			return
		}
		if pong := c.speaks.pong(frame); pong != nil {
			one.say(string(pong))
			continue
		}
		hear(frame)
	}
}

func (c *crowd) join(numbers []int) error {
	waiting := make(chan int, len(numbers))
	for _, number := range numbers {
		waiting <- number
	}
	close(waiting)
	failed := make(chan error, dialsAtOnce)
	var done sync.WaitGroup
	for range dialsAtOnce {
		done.Go(func() {
			for number := range waiting {
				if err := c.joinOne(number); err != nil {
					failed <- fmt.Errorf("browser %d: %w", number, err)
					return
				}
			}
		})
	}
	done.Wait()
	close(failed)
	return <-failed
}

func (c *crowd) joinOne(number int) error {
	one, err := open(c.url+c.speaks.path, c.stalls(number))
	if err != nil {
		return err
	}
	c.sockets[number] = one
	return c.speaks.ask(one, c.orders[number], streamToken(c.orders[number], c.secret))
}
