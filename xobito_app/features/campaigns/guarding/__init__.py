"""What stops a campaign by itself, and how people stop and go on with it."""
