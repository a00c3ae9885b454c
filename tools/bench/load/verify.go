package main

import (
	"context"
	"errors"
	"flag"
	"os"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// verified is what a topic holds of what was acknowledged.
type verified struct {
	Found   int64 `json:"found"`
	Missing int64 `json:"missing"`
	Again   int64 `json:"again"`
}

const quiet = 3 * time.Second

// verify reads a topic from its beginning until nothing more comes, and looks for each event that was acknowledged in
// the runs that are named after the options, as run=file.
func verify(arguments []string) (any, error) {
	options := flag.NewFlagSet("verify", flag.ContinueOnError)
	bootstrap := options.String("bootstrap", "", "Kafka")
	topic := options.String("topic", "", "what to read")
	mark := options.String("mark", eventMark, "what stands before the run and number in a record")
	if err := options.Parse(arguments); err != nil {
		return nil, err
	}
	acked, err := ackedIn(options.Args())
	if err != nil {
		return nil, err
	}
	client, err := kgo.NewClient(kgo.SeedBrokers(*bootstrap), kgo.ConsumeTopics(*topic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	if err != nil {
		return nil, err
	}
	defer client.Close()
	seen, err := read(client, []byte(*mark))
	if err != nil {
		return nil, err
	}
	return compare(acked, seen), nil
}

func ackedIn(files []string) (map[string]*numbers, error) {
	acked := map[string]*numbers{}
	for _, named := range files {
		run, file, _ := strings.Cut(named, "=")
		bits, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		acked[run] = &numbers{bits: bits}
	}
	return acked, nil
}

// read counts how often each event is there, by its run and number.
func read(client *kgo.Client, mark []byte) (map[string]int64, error) {
	seen := map[string]int64{}
	for {
		within, cancel := context.WithTimeout(context.Background(), quiet)
		fetched := client.PollFetches(within)
		cancel()
		if errors.Is(fetched.Err0(), context.DeadlineExceeded) {
			return seen, nil
		}
		if err := fetched.Err(); err != nil {
			return nil, err
		}
		fetched.EachRecord(func(record *kgo.Record) { seen[named(record.Value, mark)]++ })
	}
}

func compare(acked map[string]*numbers, seen map[string]int64) verified {
	var result verified
	for run, each := range acked {
		for n := int64(0); n < int64(len(each.bits))*8; n++ {
			if !each.has(n) {
				continue
			}
			times := seen[idOf(run, n)]
			if times == 0 {
				result.Missing++
				continue
			}
			result.Found++
			result.Again += times - 1
		}
	}
	return result
}
