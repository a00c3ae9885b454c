"""A visit to the house: a purchase through its public doors, and what happens next."""
