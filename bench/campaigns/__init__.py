"""Scenarios of `bench.campaign_run`."""
