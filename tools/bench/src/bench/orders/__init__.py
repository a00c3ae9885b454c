"""What the scenario of orders is made of: a backlog of facts, orders that are present, consumers, bare statements."""
