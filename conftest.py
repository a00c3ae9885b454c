"""Every test of the workspace may use the real Kafka and PostgreSQL, and says why it failed."""

pytest_plugins = ["devstack.fixtures", "devstack.undisturbed_parsing"]
