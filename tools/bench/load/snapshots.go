package main

import (
	"fmt"
	"net"
	"strings"

	"github.com/valyala/fasthttp"
)

// serveSnapshots stands in for order-service: any order stands at its first version.
func serveSnapshots(address string) (stop func() error, err error) {
	server := &fasthttp.Server{Handler: func(request *fasthttp.RequestCtx) {
		order, found := strings.CutPrefix(string(request.Path()), "/v1/orders/")
		if !found {
			request.SetStatusCode(404)
			return
		}
		request.SetContentType("application/json")
		fmt.Fprintf(request, stored, order)
	}}
	listening, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	go server.Serve(listening)
	return server.Shutdown, nil
}

const stored = `{"order_id":%q,"reference":null,"version":1,"status":"pending","previous_status":null,"currency":"usd",` +
	`"amount":5997,"captured":0,"refunded":0,"disputed":0,"flags":[],"updated_at":"2026-01-01T00:00:00Z"}`
