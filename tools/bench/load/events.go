package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"strconv"
	"strings"
	"time"
)

// events writes Stripe's `payment_intent.succeeded`, one for each number, and signs it. Not for two goroutines at once.
type events struct {
	run    string
	parts  [][]byte
	sha    hash.Hash
	secret []byte
}

const number = "#NUMBER#"

// newEvents makes bodies of about size bytes; ids begin with the name of the run, so that no two runs share one.
func newEvents(run, secret string, size int) *events {
	template := strings.NewReplacer("#RUN#", run, "#CREATED#", strconv.FormatInt(time.Now().Unix(), 10)).Replace(succeeded)
	for note := 0; len(template) < size; note++ {
		line := fmt.Sprintf("\"note_%d\": %q,\n        ", note, strings.Repeat("x", min(60, max(1, size-len(template)-24))))
		template = strings.Replace(template, "\"order_id\"", line+"\"order_id\"", 1)
	}
	return &events{run, bytes.Split([]byte(template), []byte(number)), hmac.New(sha256.New, []byte(secret)), []byte(secret)}
}

// body is the event of this number, in a buffer that is reused.
func (e *events) body(into []byte, n int64) []byte {
	into = into[:0]
	for at, part := range e.parts {
		if at > 0 {
			into = strconv.AppendInt(into, n, 10)
		}
		into = append(into, part...)
	}
	return into
}

// signature is the Stripe-Signature header over a body, now.
func (e *events) signature(body []byte) string {
	moment := strconv.FormatInt(time.Now().Unix(), 10)
	e.sha.Reset()
	e.sha.Write([]byte(moment))
	e.sha.Write([]byte("."))
	e.sha.Write(body)
	return "t=" + moment + ",v1=" + hex.EncodeToString(e.sha.Sum(nil))
}

// idOf names the event that has this number in a run.
func idOf(run string, n int64) string { return run + "_" + strconv.FormatInt(n, 10) }

// eventMark stands before that name in what body writes; it comes first there.
const eventMark = `"id": "evt_`

// named is what stands after the mark, up to the next quotation mark.
func named(value, mark []byte) string {
	_, rest, _ := bytes.Cut(value, mark)
	name, _, _ := bytes.Cut(rest, []byte(`"`))
	return string(name)
}

const succeeded = `{
  "id": "evt_#RUN#_#NUMBER#",
  "object": "event",
  "account": null,
  "api_version": "2025-09-30.clover",
  "created": #CREATED#,
  "data": {
    "object": {
      "id": "pi_#RUN#_#NUMBER#",
      "object": "payment_intent",
      "amount": 1999,
      "amount_capturable": 0,
      "amount_details": {"tip": {}},
      "amount_received": 1999,
      "application": null,
      "automatic_payment_methods": {"allow_redirects": "always", "enabled": true},
      "canceled_at": null,
      "cancellation_reason": null,
      "capture_method": "automatic",
      "client_secret": null,
      "confirmation_method": "automatic",
      "created": #CREATED#,
      "currency": "usd",
      "customer": null,
      "description": null,
      "last_payment_error": null,
      "latest_charge": "ch_#RUN#_#NUMBER#",
      "livemode": false,
      "metadata": {
        "order_id": "#RUN#_#NUMBER#"
      },
      "next_action": null,
      "on_behalf_of": null,
      "payment_method": "pm_#RUN#_#NUMBER#",
      "payment_method_options": {"card": {"installments": null, "network": null, "request_three_d_secure": "automatic"}},
      "payment_method_types": ["card"],
      "processing": null,
      "receipt_email": null,
      "review": null,
      "setup_future_usage": null,
      "shipping": null,
      "source": null,
      "statement_descriptor": null,
      "status": "succeeded",
      "transfer_data": null,
      "transfer_group": null
    }
  },
  "livemode": false,
  "pending_webhooks": 1,
  "request": {"id": null, "idempotency_key": null},
  "type": "payment_intent.succeeded"
}
`
