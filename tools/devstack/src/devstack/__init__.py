"""Starts and stops the whole house on one machine, on real Kafka and PostgreSQL."""
