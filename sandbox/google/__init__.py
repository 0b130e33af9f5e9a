"""Google Calendar v3 with the token endpoint of its service account: calendars, sharing, events, batches, pushes."""
