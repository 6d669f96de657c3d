"""Campaigns: one template to many people, paced, guarded, and never twice to anyone."""
