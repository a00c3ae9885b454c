package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"github.com/twmb/franz-go/pkg/kgo"
)

// firstVersion follows that of the snapshot.
const firstVersion = 2

// fanout writes changes of orders into the topic, and times how they come to the browsers that watch these.
type fanout struct {
	crowd                            *crowd
	statuses                         *statuses
	producer                         *kgo.Client
	orders                           []string
	readers                          []int64 // of each order
	seen                             []int64 // by browser, the last version
	next                             int64   // the number of the next change
	owed                             int64
	now                              atomic.Pointer[while]
	delivered, disordered, unwritten atomic.Int64
	mutex                            sync.Mutex
	took                             *hdrhistogram.Histogram
}

// fan connects everybody, says "connected", and then does each line of its standard input: rate, warm-up, and how long.
func fan(arguments []string) (any, error) {
	options := flag.NewFlagSet("fanout", flag.ContinueOnError)
	url := options.String("url", "", "where the WebSockets are, ws://host:port")
	speaks := options.String("speaks", "tillstream", "tillstream, socket.io or ws")
	secret := options.String("secret", "", "signs stream tokens")
	bootstrap := options.String("bootstrap", "", "Kafka")
	topic := options.String("topic", "", "what the changes are written to")
	example := options.String("example", "", "file with a change to write the like of")
	run := options.String("run", "", "begins every id")
	sockets := options.Int("sockets", 1000, "browsers")
	orders := options.Int("orders", 0, "what they watch between them; 0: one for each")
	stalled := options.Int("stalled", 0, "one of so many does not read what it gets; 0: all do")
	snapshots := options.String("snapshots", "", "address at which to stand in for order-service")
	if err := options.Parse(arguments); err != nil {
		return nil, err
	}
	if *snapshots != "" {
		stop, err := serveSnapshots(*snapshots)
		if err != nil {
			return nil, err
		}
		defer stop()
	}
	f, err := newFanout(*run, *sockets, *orders, *topic, *example)
	if err != nil {
		return nil, err
	}
	stalls := func(number int) bool { return *stalled > 0 && number%*stalled == 0 }
	if f.crowd, err = newCrowd(*url, *speaks, *secret, f.watched(*sockets), stalls); err != nil {
		return nil, err
	}
	for number := range *sockets {
		if !stalls(number) {
			f.readers[number%len(f.orders)]++
		}
	}
	uncompressed := kgo.ProducerBatchCompression(kgo.NoCompression()) // as order-service writes; kafkajs reads no Snappy
	if f.producer, err = kgo.NewClient(kgo.SeedBrokers(*bootstrap), kgo.ProducerLinger(0), uncompressed); err != nil {
		return nil, err
	}
	defer f.producer.Close()
	if err := f.crowd.connect(); err != nil {
		return nil, err
	}
	defer f.crowd.leave()
	f.crowd.listen(f.hear)
	fmt.Println("connected")
	return f.obey(bufio.NewScanner(os.Stdin))
}

func newFanout(run string, sockets, orders int, topic, example string) (*fanout, error) {
	made, err := newStatuses(topic, example)
	if err != nil {
		return nil, err
	}
	if orders == 0 {
		orders = sockets
	}
	f := &fanout{statuses: made, readers: make([]int64, orders), seen: make([]int64, sockets), took: newHistogram()}
	for number := range orders {
		f.orders = append(f.orders, fmt.Sprintf("%s_%d", run, number))
	}
	for number := range f.seen {
		f.seen[number] = firstVersion - 1
	}
	return f, nil
}

// watched is what each browser watches.
func (f *fanout) watched(sockets int) []string {
	watched := make([]string, sockets)
	for number := range watched {
		watched[number] = f.orders[number%len(f.orders)]
	}
	return watched
}

func (f *fanout) obey(lines *bufio.Scanner) (any, error) {
	windows := 0
	for ; lines.Scan(); windows++ {
		var rate, warmup, lasts float64
		if _, err := fmt.Sscan(lines.Text(), &rate, &warmup, &lasts); err != nil {
			return nil, err
		}
		if err := f.crowd.stallAnew(); err != nil {
			return nil, err
		}
		json.NewEncoder(os.Stdout).Encode(f.during(rate, seconds(warmup), seconds(lasts)))
	}
	return map[string]int{"windows": windows}, lines.Err()
}

func seconds(count float64) time.Duration { return time.Duration(count * float64(time.Second)) }
