"""The only rooms that speak HTTP: one package per outside system.

Lowest layer of the hub: imports neither Django nor anything else of ``syncapp``. What leaves a client is a small frozen
type or a ``ClientError``; no exception of ``requests`` or ``urllib3`` passes its door.
"""
