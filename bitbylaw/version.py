"""Which program this is: the newest release in CHANGELOG.md, `+unreleased` when something waits there for the next."""

VERSION = "1.0.0+unreleased"
