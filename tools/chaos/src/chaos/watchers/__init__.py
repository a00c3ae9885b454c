"""Browsers: real WebSocket clients that write down all they are told."""
