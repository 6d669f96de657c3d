"""What people see of campaigns: lists, reports, and what somebody got."""
