"""The Helm chart's generated parts, and what holds it to the services' settings and the contracts' topics."""
