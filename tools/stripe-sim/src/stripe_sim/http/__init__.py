"""How requests are read and answered, in Stripe's forms and words."""
