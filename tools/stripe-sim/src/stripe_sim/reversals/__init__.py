"""What takes money back: refunds, disputes, warnings."""
