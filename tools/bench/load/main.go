// Command load sends what a benchmark needs, at a fixed arrival rate where one is given, and times the answers.
//
// It writes "measuring" to its standard output when the warm-up is over and "measured" when the time is up, so that
// whoever started it can read the accounts of the processes under load at just these moments; then one line of JSON.
package main

import (
	"encoding/json"
	"fmt"
	"os"
)

var commands = map[string]func([]string) (any, error){
	"fanout":  fan,
	"fill":    fill,
	"intents": intents,
	"journey": journeys,
	"post":    post,
	"stripe":  stripe,
	"verify":  verify,
}

func main() {
	if len(os.Args) < 2 || commands[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: load fanout|fill|intents|journey|post|stripe|verify [options]; -h after a command lists its options")
		os.Exit(2)
	}
	result, err := commands[os.Args[1]](os.Args[2:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
	json.NewEncoder(os.Stdout).Encode(result)
}
