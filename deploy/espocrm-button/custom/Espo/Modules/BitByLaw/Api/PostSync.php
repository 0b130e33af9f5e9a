<?php

namespace Espo\Modules\BitByLaw\Api;

use Espo\Core\Acl;
use Espo\Core\Api\Action;
use Espo\Core\Api\Request;
use Espo\Core\Api\Response;
use Espo\Core\Api\ResponseComposer;
use Espo\Core\Exceptions\Forbidden;
use Espo\Core\Exceptions\NotFound;
use Espo\Core\Utils\Config;
use Espo\ORM\EntityManager;

/**
 * Has the BitByLaw hub compare a record now. The browser asks EspoCRM, EspoCRM asks the hub: the hub's key stays in
 * data/config-internal.php, which EspoCRM sends to nobody, and EspoCRM's own rights decide who may press the button.
 */
class PostSync implements Action
{
    public function __construct(
        private Config $config,
        private Acl $acl,
        private EntityManager $entityManager
    ) {}

    public function process(Request $request): Response
    {
        $type = $request->getRouteParam('entityType') ?? '';
        $id = $request->getRouteParam('id') ?? '';
        $entity = $this->entityManager->hasRepository($type) ? $this->entityManager->getEntityById($type, $id) : null;

        if (!$entity) {
            throw new NotFound();
        }

        if (!$this->acl->checkEntityEdit($entity)) {
            throw new Forbidden();
        }

        [$status, $answer] = $this->ask("/api/v1/entities/$type/$id/sync", $request->getHeader('Accept-Language'));
        // What staff can do something about is told in the hub's words; the rest is for an administrator.
        $told = in_array($status, [202, 404, 409]) ? ($answer['message'] ?? $answer['error'] ?? null) : null;

        return ResponseComposer::json(['asked' => $status === 202, 'message' => $told]);
    }

    /**
     * @return array{int, array<string, mixed>} A status of 0: no answer.
     */
    private function ask(string $path, ?string $language): array
    {
        $call = curl_init(rtrim($this->config->get('bitByLawHub') ?? '', '/') . $path);

        curl_setopt_array($call, [
            CURLOPT_POSTFIELDS => '',
            CURLOPT_HTTPHEADER => [
                'X-Api-Key: ' . ($this->config->get('bitByLawKey') ?? ''),
                'Accept-Language: ' . preg_replace('/[^\w,;=.* -]/', '', $language ?? 'de'),
            ],
            CURLOPT_RETURNTRANSFER => true,
            CURLOPT_CONNECTTIMEOUT => 3,
            CURLOPT_TIMEOUT => 10,
        ]);
        $body = curl_exec($call);
        $answer = is_string($body) ? json_decode($body, true) : null;

        return [curl_getinfo($call, CURLINFO_RESPONSE_CODE), is_array($answer) ? $answer : []];
    }
}
