package main

import (
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"time"

	"github.com/valyala/fasthttp"
)

// stripe stands in for Stripe: it answers every request for a PaymentIntent at once, until it is ended. One key is one
// intent, and the client secret tells the amount that was asked for.
func stripe(arguments []string) (any, error) {
	options := flag.NewFlagSet("stripe", flag.ContinueOnError)
	address := options.String("address", "", "where to listen")
	if err := options.Parse(arguments); err != nil {
		return nil, err
	}
	server := &fasthttp.Server{Handler: paymentIntent, NoDefaultServerHeader: true}
	return nil, server.ListenAndServe(*address)
}

func paymentIntent(context *fasthttp.RequestCtx) {
	asked := context.PostArgs()
	key := sha256.Sum256(context.Request.Header.Peek("Idempotency-Key"))
	id, amount := "pi_"+hex.EncodeToString(key[:12]), asked.GetUintOrZero("amount")
	context.SetContentType("application/json")
	context.Response.Header.Set("Request-Id", "req_"+id[3:])
	fmt.Fprintf(context, intent, id, amount, id, amount, time.Now().Unix(), asked.Peek("currency"),
		asked.Peek("metadata[order_id]"))
}

const intent = `{
  "id": %q,
  "object": "payment_intent",
  "amount": %d,
  "amount_capturable": 0,
  "amount_details": {"tip": {}},
  "amount_received": 0,
  "application": null,
  "automatic_payment_methods": {"allow_redirects": "always", "enabled": true},
  "canceled_at": null,
  "cancellation_reason": null,
  "capture_method": "automatic_async",
  "client_secret": "%s_secret_%d",
  "confirmation_method": "automatic",
  "created": %d,
  "currency": %q,
  "customer": null,
  "description": null,
  "last_payment_error": null,
  "latest_charge": null,
  "livemode": false,
  "metadata": {"order_id": %q},
  "next_action": null,
  "on_behalf_of": null,
  "payment_method": null,
  "payment_method_options": {"card": {"installments": null, "network": null, "request_three_d_secure": "automatic"}},
  "payment_method_types": ["card", "link"],
  "processing": null,
  "receipt_email": null,
  "review": null,
  "setup_future_usage": null,
  "shipping": null,
  "source": null,
  "statement_descriptor": null,
  "status": "requires_payment_method",
  "transfer_data": null,
  "transfer_group": null
}
`
