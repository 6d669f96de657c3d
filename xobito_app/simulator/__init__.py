"""A local stand-in for Meta over HTTP: Graph API, signed webhooks and the customers' phones."""
