"""What Stripe has objects for, each with the events that it tells of as it goes through its life."""
