"""Fans order status out to browsers over WebSockets."""
