"""Meta's Graph API, as much of it as a WhatsApp Business product calls."""
