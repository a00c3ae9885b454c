package main

import (
	"bytes"
	"flag"
	"fmt"

	"github.com/valyala/fasthttp"
)

// intents asks for payments, each for the same cart and under a key of its own.
func intents(arguments []string) (any, error) {
	options := flag.NewFlagSet("intents", flag.ContinueOnError)
	key := options.String("key", "", "the merchant's secret key")
	costs := options.Int("costs", 0, "what the cart costs, in minor units")
	return posting(options, arguments, func(p *poster) func() job {
		return func() job { return carts(p.run, *key, *costs) }
	})
}

// carts are two mugs and a bag of beans. An answer is right if its client secret is Stripe's, for what they cost.
func carts(run, key string, costs int) job {
	proof := fmt.Appendf(nil, "_secret_%d\"", costs)
	return job{
		write: func(request *fasthttp.Request, n int64) {
			name := idOf(run, n)
			request.Header.Set("Authorization", "Bearer "+key)
			request.Header.Set("Idempotency-Key", "bench-"+name)
			request.SetBodyString(`{"items": [{"sku": "mug", "quantity": 2}, {"sku": "beans", "quantity": 1}], ` +
				`"currency": "eur", "reference": "` + name + `"}`)
		},
		right: func(answer *fasthttp.Response, _ int64) bool { return bytes.Contains(answer.Body(), proof) },
	}
}
