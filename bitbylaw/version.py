"""Which program this is. The date is that of the newest release in CHANGELOG.md, and stands nowhere else."""

VERSION = "2026.11.21+unreleased"
