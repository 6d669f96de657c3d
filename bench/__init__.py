"""Benchmarks: our path beside a bare floor in the same run, as JSON. `python -m bench NAME`."""
