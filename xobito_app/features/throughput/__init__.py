"""How fast a number may be written from, for everything that sends."""
