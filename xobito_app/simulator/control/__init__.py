"""The control side of the simulator: be the customer, move the clock, disturb, watch."""
