package main

import (
	"bytes"
	"flag"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// travelled is the outcome of events that went all the way; its times are those from when a webhook was due until a
// browser heard of it.
type travelled struct {
	posted
	Watched int64 `json:"watched"`
	Missing int64 `json:"missing"`
	Again   int64 `json:"again"`
	Broken  int64 `json:"broken"`
	Stream  times `json:"stream"`
}

// journey is webhooks on one side and the browsers of some of their buyers on the other.
type journey struct {
	poster       *poster
	crowd        *crowd
	every        int64 // one order of so many is watched
	heard, again atomic.Int64
	paid         []bool // by browser
	mutex        sync.Mutex
	took         *hdrhistogram.Histogram
}

// journeys posts that orders are paid, at a fixed rate, while browsers watch.
func journeys(arguments []string) (any, error) {
	options := flag.NewFlagSet("journey", flag.ContinueOnError)
	secret := options.String("secret", "", "the endpoint's secret")
	size := options.Int("body", 2500, "bytes of a body, about")
	stream := options.String("stream", "", "where the WebSockets are, ws://host:port")
	speaks := options.String("speaks", "tillstream", "tillstream or socket.io")
	tokens := options.String("token-secret", "", "signs stream tokens")
	most := options.Int64("sockets", 1000, "the most browsers; with more orders than that, some are not watched")
	p, err := newPoster(options, arguments, func(p *poster) func() job {
		return func() job { return webhooks(newEvents(p.run, *secret, *size)) }
	})
	if err != nil {
		return nil, err
	}
	j := &journey{poster: p, took: newHistogram()}
	orders := j.watched(int64(p.rate*(p.warmup+p.lasts).Seconds()), *most)
	if j.crowd, err = newCrowd(*stream, *speaks, *tokens, orders, func(int) bool { return false }); err != nil {
		return nil, err
	}
	if err := j.crowd.connect(); err != nil {
		return nil, err
	}
	defer j.crowd.leave()
	p.begin()
	j.crowd.listen(j.hear)
	outcome := p.all()
	return j.arrived(outcome), p.keep()
}

// watched are the orders that have a browser, evenly among all.
func (j *journey) watched(all, most int64) []string {
	j.every = max(1, (all+most-1)/most)
	var orders []string
	for n := int64(0); n < all; n += j.every {
		orders = append(orders, fmt.Sprintf("%s_%d", j.poster.run, n))
	}
	j.paid = make([]bool, len(orders))
	return orders
}

func (j *journey) hear(number int, frame []byte, at time.Time) {
	if !bytes.Contains(frame, []byte(`"status":"paid"`)) {
		return
	}
	if j.paid[number] {
		j.again.Add(1)
		return
	}
	j.paid[number] = true
	j.heard.Add(1)
	due := j.poster.due(int64(number) * j.every)
	if due.Before(j.poster.measureFrom) {
		return
	}
	j.mutex.Lock()
	j.took.RecordValue(at.Sub(due).Microseconds())
	j.mutex.Unlock()
}

// arrived waits for what is still on its way.
func (j *journey) arrived(outcome posted) travelled {
	watched := int64(len(j.paid))
	for until := time.Now().Add(drainWithin); j.heard.Load() < watched && time.Now().Before(until); {
		time.Sleep(tick)
	}
	j.mutex.Lock()
	defer j.mutex.Unlock()
	return travelled{outcome, watched, watched - j.heard.Load(), j.again.Load(), j.crowd.broken.Load(), timesOf(j.took)}
}
