"""What is done to them: planned from a seed, then carried out and written down."""
