package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

const (
	tick        = time.Millisecond
	drainWithin = 10 * time.Second
)

// told is what became of the changes of a while; times in milliseconds, from when a change was due.
type told struct {
	Seconds    float64 `json:"seconds"`
	Deliveries int64   `json:"deliveries_in_window"`
	Missing    int64   `json:"missing"`
	Disordered int64   `json:"disordered"`
	Broken     int64   `json:"broken"`
	Unwritten  int64   `json:"unwritten"`
	Times      times   `json:"times"`
}

// while is a time of a fixed rate; what is due before `from` warms up.
type while struct {
	start, from, until time.Time
	first              int64
	rate               float64
}

func (w *while) due(n int64) time.Time {
	return w.start.Add(time.Duration(float64(n-w.first) / w.rate * float64(time.Second)))
}

// during writes changes for a while, and says what became of them.
func (f *fanout) during(rate float64, warmup, lasts time.Duration) told {
	start := time.Now().Add(tick)
	from := start.Add(warmup)
	w := &while{start, from, from.Add(lasts), f.next, rate}
	f.now.Store(w)
	f.took.Reset()
	var writing sync.WaitGroup
	writing.Go(func() { f.write(w) })
	time.Sleep(time.Until(w.from))
	before := f.delivered.Load()
	fmt.Println("measuring")
	time.Sleep(time.Until(w.until))
	after := f.delivered.Load()
	fmt.Println("measured")
	writing.Wait()
	f.drain()
	f.mutex.Lock()
	defer f.mutex.Unlock()
	return told{lasts.Seconds(), after - before, f.owed - f.delivered.Load(), f.disordered.Load(), f.crowd.broken.Load(),
		f.unwritten.Load(), timesOf(f.took)}
}

// write writes each change when it is due, whatever became of those before.
func (f *fanout) write(w *while) {
	for {
		for ; !w.due(f.next).After(time.Now()); f.next++ {
			if !w.due(f.next).Before(w.until) {
				f.producer.Flush(context.Background())
				return
			}
			order := int(f.next % int64(len(f.orders)))
			version := f.next/int64(len(f.orders)) + firstVersion
			f.owed += f.readers[order]
			record := f.statuses.record(f.orders[order], version, time.Now())
			f.producer.Produce(context.Background(), record, func(_ *kgo.Record, err error) {
				if err != nil {
					f.unwritten.Add(1)
				}
			})
		}
		time.Sleep(max(tick, time.Until(w.due(f.next))))
	}
}

// hear notes a change that has come to a browser: each has to come once, and in its order.
func (f *fanout) hear(number int, frame []byte, at time.Time) {
	version, found := versionIn(frame)
	if !found {
		return
	}
	if version != f.seen[number]+1 {
		f.disordered.Add(1)
	}
	f.seen[number] = version
	f.delivered.Add(1)
	w, orders := f.now.Load(), int64(len(f.orders))
	due := w.due((version-firstVersion)*orders + int64(number)%orders)
	if due.Before(w.from) {
		return
	}
	f.mutex.Lock()
	f.took.RecordValue(at.Sub(due).Microseconds())
	f.mutex.Unlock()
}

// drain waits for what is still on its way.
func (f *fanout) drain() {
	for until := time.Now().Add(drainWithin); f.delivered.Load() < f.owed && time.Now().Before(until); {
		time.Sleep(tick)
	}
}
