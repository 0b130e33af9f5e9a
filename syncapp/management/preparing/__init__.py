"""From an EspoCRM as it is to one that has what the hub needs: what is there, what is missing, who may do what."""
