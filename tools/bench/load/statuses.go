package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

const statusType = "tillstream.order.status-changed.v1"

// statuses writes changes of orders as order-service publishes them, after a golden example of the contracts.
type statuses struct {
	topic, template        string
	order, occurred        string
	versionText, eventText string
}

func newStatuses(topic, example string) (*statuses, error) {
	golden, err := os.ReadFile(example)
	if err != nil {
		return nil, err
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, golden); err != nil {
		return nil, err
	}
	var told struct {
		Order    string `json:"order_id"`
		Version  int64  `json:"version"`
		Occurred string `json:"occurred_at"`
	}
	if err := json.Unmarshal(golden, &told); err != nil {
		return nil, err
	}
	return &statuses{topic, compact.String(), told.Order, told.Occurred,
		fmt.Sprintf(`"version":%d,`, told.Version), fmt.Sprintf(`.v%d"`, told.Version)}, nil
}

func (s *statuses) record(order string, version int64, now time.Time) *kgo.Record {
	occurred := now.UTC().Format("2006-01-02T15:04:05.000000Z")
	value := strings.NewReplacer(
		s.order, order,
		s.occurred, occurred,
		s.versionText, fmt.Sprintf(`"version":%d,`, version),
		s.eventText, fmt.Sprintf(`.v%d"`, version),
	).Replace(s.template)
	return &kgo.Record{Topic: s.topic, Key: []byte(order), Value: []byte(value), Headers: []kgo.RecordHeader{
		{Key: "ce_specversion", Value: []byte("1.0")},
		{Key: "ce_id", Value: []byte(fmt.Sprintf("%s.v%d", order, version))},
		{Key: "ce_source", Value: []byte("tillstream/order-service")},
		{Key: "ce_type", Value: []byte(statusType)},
		{Key: "ce_time", Value: []byte(occurred)},
		{Key: "ce_partitionkey", Value: []byte(order)},
		{Key: "content-type", Value: []byte("application/json")},
	}}
}

// versionIn is the version that a frame tells of, if it tells of one.
func versionIn(frame []byte) (int64, bool) {
	_, rest, found := bytes.Cut(frame, []byte(`"version":`))
	if !found {
		return 0, false
	}
	digits, _, _ := bytes.Cut(rest, []byte(","))
	version, err := strconv.ParseInt(string(digits), 10, 64)
	return version, err == nil
}
