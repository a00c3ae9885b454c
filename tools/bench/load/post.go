package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/valyala/fasthttp"
)

// posted is the outcome of a run of posts; times in milliseconds, from when a request was due.
type posted struct {
	Seconds      float64          `json:"seconds"`
	Acknowledged int64            `json:"acknowledged"`
	InWindow     int64            `json:"acknowledged_in_window"`
	Refused      map[string]int64 `json:"refused"`
	Times        times            `json:"times"`
}

// job is what one connection sends, and whether an answer is right, by the number of the request.
type job struct {
	write func(request *fasthttp.Request, n int64)
	right func(answer *fasthttp.Response, n int64) bool
}

// poster sends requests to one address, or to several in turns of its connections.
type poster struct {
	urls                      []string
	run                       string
	connections               int
	newJob                    func() job
	measured                  []*hdrhistogram.Histogram // by connection
	rate                      float64
	warmup, lasts             time.Duration
	next                      atomic.Int64
	acknowledged              atomic.Int64
	acked                     *numbers
	ackedFile                 string
	mutex                     sync.Mutex
	refused                   map[string]int64
	start, measureFrom, until time.Time
}

func post(arguments []string) (any, error) {
	options := flag.NewFlagSet("post", flag.ContinueOnError)
	secret := options.String("secret", "", "the endpoint's secret")
	size := options.Int("body", 2500, "bytes of a body, about")
	return posting(options, arguments, func(p *poster) func() job {
		return func() job { return webhooks(newEvents(p.run, *secret, *size)) }
	})
}

// webhooks are Stripe's events, signed.
func webhooks(made *events) job {
	var body []byte
	return job{
		write: func(request *fasthttp.Request, n int64) {
			body = made.body(body, n)
			request.SetBodyRaw(body)
			request.Header.Set("Stripe-Signature", made.signature(body))
		},
		right: func(*fasthttp.Response, int64) bool { return true },
	}
}

// posting sends what jobs make, as the options say, which all that post have in common.
func posting(options *flag.FlagSet, arguments []string, jobs func(*poster) func() job) (any, error) {
	p, err := newPoster(options, arguments, jobs)
	if err != nil {
		return nil, err
	}
	p.begin()
	outcome := p.all()
	return outcome, p.keep()
}

func newPoster(options *flag.FlagSet, arguments []string, jobs func(*poster) func() job) (*poster, error) {
	p := &poster{acked: newNumbers(), refused: map[string]int64{}}
	urls := options.String("url", "", "where to, several with commas")
	options.StringVar(&p.run, "run", "", "begins every id")
	options.IntVar(&p.connections, "connections", 64, "at once")
	options.Float64Var(&p.rate, "rate", 0, "requests a second; 0 sends the next when one is answered")
	options.DurationVar(&p.warmup, "warmup", 2*time.Second, "sent before anything counts")
	options.DurationVar(&p.lasts, "lasts", 5*time.Second, "what counts")
	options.StringVar(&p.ackedFile, "acked", "", "file for the numbers of what was acknowledged")
	if err := options.Parse(arguments); err != nil {
		return nil, err
	}
	p.urls, p.newJob = strings.Split(*urls, ","), jobs(p)
	for range p.connections { // before the time runs: a thousand of them take seconds
		p.measured = append(p.measured, newHistogram())
	}
	return p, nil
}

func (p *poster) begin() {
	p.start = time.Now()
	p.measureFrom = p.start.Add(p.warmup)
	p.until = p.measureFrom.Add(p.lasts)
}

func (p *poster) keep() error { return os.WriteFile(p.ackedFile, p.acked.bits, 0o600) }

func (p *poster) all() posted {
	measured := p.measured
	var done sync.WaitGroup
	for at := range measured {
		done.Add(1)
		go func() {
			defer done.Done()
			p.work(p.urls[at%len(p.urls)], measured[at])
		}()
	}
	before, after := p.window()
	done.Wait()
	all := newHistogram()
	for _, one := range measured {
		all.Merge(one)
	}
	return posted{p.lasts.Seconds(), p.acknowledged.Load(), after - before, p.refused, timesOf(all)}
}

// window says when the time that counts begins and ends, and how many were acknowledged by then.
func (p *poster) window() (before, after int64) {
	time.Sleep(time.Until(p.measureFrom))
	before = p.acknowledged.Load()
	fmt.Println("measuring")
	time.Sleep(time.Until(p.until))
	after = p.acknowledged.Load()
	fmt.Println("measured")
	return before, after
}

// work sends one request after the other through one connection.
func (p *poster) work(url string, into *hdrhistogram.Histogram) {
	client := &fasthttp.HostClient{Addr: hostOf(url), MaxConns: 1, ReadTimeout: 30 * time.Second, NoDefaultUserAgentHeader: true}
	next := p.newJob()
	request, answer := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	request.SetRequestURI(url)
	request.Header.SetMethod("POST")
	request.Header.SetContentType("application/json; charset=utf-8")
	for {
		n := p.next.Add(1) - 1
		due := p.due(n)
		if !due.Before(p.until) {
			return
		}
		time.Sleep(time.Until(due))
		next.write(request, n)
		err := client.Do(request, answer)
		took := time.Since(due)
		if err == nil && answer.StatusCode() == 200 && next.right(answer, n) {
			p.acked.add(n)
			p.acknowledged.Add(1)
			if due.After(p.measureFrom) {
				into.RecordValue(took.Microseconds())
			}
			continue
		}
		p.refuse(err, answer)
	}
}

// due is when a request should be sent: at its place in the rate, whatever became of those before, or now.
func (p *poster) due(n int64) time.Time {
	if p.rate == 0 {
		return time.Now()
	}
	return p.start.Add(time.Duration(float64(n) / p.rate * float64(time.Second)))
}

// refuse notes why: the answer's status, with the code of the problem if it tells one.
func (p *poster) refuse(err error, answer *fasthttp.Response) {
	var problem struct{ Code string }
	json.Unmarshal(answer.Body(), &problem)
	why := strings.TrimSpace(fmt.Sprint(answer.StatusCode(), " ", problem.Code))
	if err != nil {
		why = err.Error()
	}
	p.mutex.Lock()
	p.refused[why]++
	p.mutex.Unlock()
	time.Sleep(10 * time.Millisecond)
}

func hostOf(url string) string {
	var parsed fasthttp.URI
	parsed.Parse(nil, []byte(url))
	return string(parsed.Host())
}
