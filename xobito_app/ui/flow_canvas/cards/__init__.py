"""One file for each kind of node: how it is drawn and edited."""
