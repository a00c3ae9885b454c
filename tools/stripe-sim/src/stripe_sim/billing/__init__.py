"""Products, prices, subscriptions, invoices, test clocks."""
