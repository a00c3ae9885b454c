"""`tillstream`: what an operator does by hand, in a terminal; for programs there is `--json`."""
