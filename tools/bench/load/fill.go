package main

import (
	"context"
	"flag"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// filled is how many events stand in the topic now that did not before.
type filled struct {
	Written int64 `json:"written"`
}

// fill writes events into a topic as webhook-ingest does, or changes as order-service does, so that somebody finds them
// waiting.
func fill(arguments []string) (any, error) {
	options := flag.NewFlagSet("fill", flag.ContinueOnError)
	bootstrap := options.String("bootstrap", "", "Kafka")
	topic := options.String("topic", "", "where to")
	run := options.String("run", "", "begins every id")
	count := options.Int64("count", 0, "how many events")
	size := options.Int("body", 2500, "bytes of an event, about")
	example := options.String("example", "", "file with a change to write the like of, instead of events")
	if err := options.Parse(arguments); err != nil {
		return nil, err
	}
	client, err := kgo.NewClient(kgo.SeedBrokers(*bootstrap), kgo.DefaultProduceTopic(*topic), kgo.ProducerBatchCompression(kgo.NoCompression()))
	if err != nil {
		return nil, err
	}
	defer client.Close()
	if *example == "" {
		made := newEvents(*run, "", *size)
		return filled{*count}, write(client, *count, func(n int64) *kgo.Record { return recordOf(made, n) })
	}
	made, err := newStatuses(*topic, *example)
	if err != nil {
		return nil, err
	}
	return filled{*count}, write(client, *count, func(n int64) *kgo.Record { return made.record(idOf(*run, n), 1, time.Now()) })
}

// write returns once Kafka has all the records.
func write(client *kgo.Client, count int64, made func(n int64) *kgo.Record) error {
	var first error
	var once sync.Once
	for n := range count {
		client.Produce(context.Background(), made(n), func(_ *kgo.Record, err error) {
			if err != nil {
				once.Do(func() { first = err })
			}
		})
	}
	if err := client.Flush(context.Background()); err != nil {
		return err
	}
	return first
}

// recordOf is the event of this number as webhook-ingest writes it.
func recordOf(made *events, n int64) *kgo.Record {
	name, now := idOf(made.run, n), time.Now().UTC().Format(time.RFC3339)
	record := &kgo.Record{Key: []byte("pi_" + name), Value: made.body(nil, n)}
	for _, header := range [][2]string{
		{"ce_specversion", "1.0"},
		{"ce_id", "evt_" + name},
		{"ce_source", "tillstream/webhook-ingest"},
		{"ce_type", "payment_intent.succeeded"},
		{"ce_time", now},
		{"ce_partitionkey", "pi_" + name},
		{"content-type", "application/json"},
		{"ce_recordedtime", now},
		{"ce_stripeendpoint", "default"},
	} {
		record.Headers = append(record.Headers, kgo.RecordHeader{Key: header[0], Value: []byte(header[1])})
	}
	return record
}
