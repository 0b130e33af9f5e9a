"""Advoware as the firm reaches it: the look-up of addresses, the security gateway, and the API."""
