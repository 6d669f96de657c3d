"""A local stand-in for Meta: Graph API, signed webhooks and the customers' phones, over HTTP only."""
