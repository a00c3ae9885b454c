"""PaymentIntents, charges, test cards."""
