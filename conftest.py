"""Every test of the workspace may use the real Kafka and PostgreSQL."""

pytest_plugins = ["devstack.fixtures"]
