// Stripe's webhooks into Kafka with net/http and franz-go: about the practical limit.
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

const tolerance = 5 * time.Minute

type event struct {
	ID   string `json:"id"`
	Data struct {
		Object struct {
			ID string `json:"id"`
		} `json:"object"`
	} `json:"data"`
}

func main() {
	topic, secret := os.Getenv("TOPIC"), []byte(os.Getenv("STRIPE_WEBHOOK_SECRET"))
	producer, err := kgo.NewClient(
		kgo.SeedBrokers(os.Getenv("KAFKA")),
		kgo.RequiredAcks(kgo.AllISRAcks()),
		kgo.ProducerLinger(0),
		kgo.ProducerBatchCompression(kgo.NoCompression()),
	)
	if err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("GET /readyz", func(answer http.ResponseWriter, _ *http.Request) { answer.Write([]byte("ok")) })
	http.HandleFunc("POST /webhooks/stripe", func(answer http.ResponseWriter, request *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(answer, request.Body, 1<<20))
		if err != nil {
			http.Error(answer, "body", http.StatusRequestEntityTooLarge)
			return
		}
		if !signed(body, request.Header.Get("Stripe-Signature"), secret) {
			http.Error(answer, "signature", http.StatusBadRequest)
			return
		}
		var read event
		if json.Unmarshal(body, &read) != nil {
			http.Error(answer, "body", http.StatusBadRequest)
			return
		}
		record := &kgo.Record{Topic: topic, Key: []byte(read.Data.Object.ID), Value: body}
		if err := producer.ProduceSync(request.Context(), record).FirstErr(); err != nil {
			http.Error(answer, "not stored", http.StatusServiceUnavailable)
			return
		}
		answer.Header().Set("Content-Type", "application/json")
		answer.Write([]byte(`{"received":true}`))
	})
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil))
}

func signed(body []byte, header string, secret []byte) bool {
	var moment string
	var signatures []string
	for item := range strings.SplitSeq(header, ",") {
		name, value, _ := strings.Cut(item, "=")
		switch name {
		case "t":
			moment = value
		case "v1":
			signatures = append(signatures, value)
		}
	}
	seconds, err := strconv.ParseInt(moment, 10, 64)
	if err != nil || time.Since(time.Unix(seconds, 0)).Abs() > tolerance {
		return false
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(moment))
	mac.Write([]byte("."))
	mac.Write(body)
	expected := []byte(hex.EncodeToString(mac.Sum(nil)))
	for _, signature := range signatures {
		if hmac.Equal(expected, []byte(signature)) {
			return true
		}
	}
	return false
}
