"""Orders folded anew from the topics, in a schema of their own: to be compared with the live ones, and to mend them."""
