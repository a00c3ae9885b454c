"""`tillstream`: what an operator does by hand, from a terminal. Each command answers people, or programs with `--json`."""
