"""The outside systems of the hub as small faithful servers with faults on demand.

Written from the facts known about the real systems, not from the hub's clients, so that it proves the hub against
something that is no mirror of its assumptions. Nothing here imports the hub, and the hub imports nothing from here.
"""
