package main

import "github.com/HdrHistogram/hdrhistogram-go"

// times are latencies in milliseconds.
type times struct {
	Count int64   `json:"count"`
	P50   float64 `json:"p50"`
	P90   float64 `json:"p90"`
	P99   float64 `json:"p99"`
	P999  float64 `json:"p99_9"`
	Max   float64 `json:"max"`
}

// newHistogram takes microseconds up to two minutes, to three digits.
func newHistogram() *hdrhistogram.Histogram {
	return hdrhistogram.New(1, 120_000_000, 3)
}

func timesOf(h *hdrhistogram.Histogram) times {
	at := func(share float64) float64 { return float64(h.ValueAtQuantile(share)) / 1000 }
	return times{h.TotalCount(), at(50), at(90), at(99), at(99.9), float64(h.Max()) / 1000}
}
