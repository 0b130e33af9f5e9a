"""EspoCRM 9.2 as the firm runs it: REST API, attachments, webhooks, and the firm's own link hook."""
