"""Templates as they are written: a draft, Meta's create body, and the rules it must keep."""
