"""A hook for EspoCRM that tells the hub of links, of which EspoCRM's own webhooks know nothing. Pure.

Source: EspoCRM's Core/Hook/Hook/AfterRelate.php and AfterUnrelate.php, 9.2 to 10.0.
"""

from __future__ import annotations

from collections.abc import Iterable
from string import Template

CLASS = "BitByLawLinks"
PLACE = f"custom/Espo/Custom/Hooks/Common/{CLASS}.php"

_PHP = """<?php

namespace Espo\\Custom\\Hooks\\Common;

use Espo\\Core\\Hook\\Hook\\AfterRelate;
use Espo\\Core\\Hook\\Hook\\AfterUnrelate;
use Espo\\ORM\\Entity;
use Espo\\ORM\\Repository\\Option\\RelateOptions;
use Espo\\ORM\\Repository\\Option\\UnrelateOptions;

/**
 * Tells the BitByLaw hub that a document was linked or unlinked. Made by `manage.py espocrm hook`.
 * Nobody waits for it: the hub's nightly comparison finds what does not arrive.
 */
class $CLASS implements AfterRelate, AfterUnrelate
{
    private const HUB = $HUB;
    private const TOKEN = $TOKEN;
    private const DOCUMENT = $DOCUMENT;
    private const PARENTS = [$PARENTS];

    public function afterRelate(
        Entity $$entity,
        string $$relationName,
        Entity $$relatedEntity,
        array $$columnData,
        RelateOptions $$options
    ): void {
        $$this->tell('link', $$entity, $$relationName, $$relatedEntity);
    }

    public function afterUnrelate(
        Entity $$entity,
        string $$relationName,
        Entity $$relatedEntity,
        UnrelateOptions $$options
    ): void {
        $$this->tell('unlink', $$entity, $$relationName, $$relatedEntity);
    }

    private function tell(string $$what, Entity $$entity, string $$link, Entity $$other): void
    {
        $$types = [$$entity->getEntityType(), $$other->getEntityType()];

        if (!in_array(self::DOCUMENT, $$types) || !array_intersect(self::PARENTS, $$types)) {
            return;
        }

        $$call = curl_init(self::HUB . '/vmh/webhook/entity/' . $$what);

        curl_setopt_array($$call, [
            CURLOPT_POSTFIELDS => json_encode([
                'entityType' => $$entity->getEntityType(),
                'entityId' => $$entity->getId(),
                'link' => $$link,
                'foreignType' => $$other->getEntityType(),
                'foreignId' => $$other->getId(),
            ]),
            CURLOPT_HTTPHEADER => ['Content-Type: application/json', 'Authorization: Bearer ' . self::TOKEN],
            CURLOPT_RETURNTRANSFER => true,
            CURLOPT_CONNECTTIMEOUT_MS => 500,
            CURLOPT_TIMEOUT_MS => 1500,
        ]);
        curl_exec($$call);
    }
}
"""


def php(*, hub: str, token: str, document: str, parents: Iterable[str]) -> str:
    """`hub`: its address without a slash at the end; names are EspoCRM's own."""
    told = {"HUB": _text(hub), "TOKEN": _text(token), "DOCUMENT": _text(document)}
    told["PARENTS"] = ", ".join(map(_text, sorted(parents)))
    return Template(_PHP).substitute(CLASS=CLASS, **told)


def _text(value: str) -> str:
    """As PHP writes it, whatever stands in it."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
