"""Events in both forms, and their way to webhook endpoints."""
