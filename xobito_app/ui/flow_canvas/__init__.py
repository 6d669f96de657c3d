"""The canvas of flows: React Flow wrapped, and a card and a panel for each kind of node."""
