"""A campaign under fire: a whole installation, faults, kills, and what the simulator recorded."""
