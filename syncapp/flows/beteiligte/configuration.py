"""The rules of this installation, out of the settings."""

from __future__ import annotations

from dataclasses import replace

from django.conf import settings

from syncapp.flows.beteiligte.fields import KOMMKZ, SALUTATIONS, TABLE, Direction, Rule, Rules


def rules() -> Rules:
    config = settings.CONFIG
    named: dict[str, str] = dict(config.ADVOWARE_PARTY_FIELDS.items())
    return Rules(
        fields=tuple(replace(each, advoware=named.get(each.name, each.advoware)) for each in TABLE),
        directions={name: Direction(value) for name, value in config.PARTY_DIRECTIONS.items()},
        conflicts={name: Rule(value) for name, value in config.PARTY_CONFLICTS.items()},
        salutations=config.ADVOWARE_SALUTATIONS or SALUTATIONS,
        kommkz=dict(config.ADVOWARE_KOMMKZ.items()) or KOMMKZ,
        phone_region=config.PHONE_REGION,
    )
