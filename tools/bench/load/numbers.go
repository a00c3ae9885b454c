package main

import "sync"

// numbers is a set of small numbers, a bit for each.
type numbers struct {
	mutex sync.Mutex
	bits  []byte
}

func newNumbers() *numbers { return &numbers{} }

func (s *numbers) add(n int64) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for int64(len(s.bits)) <= n/8 {
		s.bits = append(s.bits, make([]byte, 65536)...)
	}
	s.bits[n/8] |= 1 << (n % 8)
}

func (s *numbers) has(n int64) bool {
	return n/8 < int64(len(s.bits)) && s.bits[n/8]&(1<<(n%8)) != 0
}
