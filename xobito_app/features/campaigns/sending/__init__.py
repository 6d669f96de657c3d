"""Sending to the recipients of a campaign, and what comes of it."""
