"""The judge: reads what each side left, and knows nothing of how the services work."""
