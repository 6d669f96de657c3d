"""From a draft to frozen recipients: judging, reckoning, launching."""
