package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"time"
)

const merchant = "default"

// streamToken lets a browser watch one order for an hour: what intent-api would sign (contracts: stream_tokens).
func streamToken(order, secret string) string {
	claims := fmt.Sprintf(`{"iss":"tillstream","aud":"tillstream.order","sub":%q,"merchant_id":%q,"exp":%d}`,
		order, merchant, time.Now().Add(time.Hour).Unix())
	encoded := base64.RawURLEncoding.EncodeToString
	signed := encoded([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + encoded([]byte(claims))
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(signed))
	return signed + "." + encoded(mac.Sum(nil))
}
