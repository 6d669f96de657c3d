"""Campaigns before their launch: what people choose, and who is meant."""
