"""Mail over SMTP, when the installation has an `SMTP_URL`."""
