"""Which test shows what: reads the tests, asks the services, writes a page."""
