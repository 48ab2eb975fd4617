import { ok, type ResultAsync, safeTry } from 'neverthrow';
import type { MerchantId, WebhookEndpointId } from '../../domain/kernel/ids.ts';
import { present } from '../../domain/kernel/present.ts';
import type { OpenEndpoint } from '../../domain/webhooks/webhook-endpoint.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { type EndpointNotFound, type EndpointTarget, findEndpoint } from './update-endpoint.ts';

/** An endpoint without its secret, which is shown once, when it is made. */
export type GetEndpoint = (
  target: EndpointTarget,
) => ResultAsync<OpenEndpoint, EndpointNotFound | StorageUnavailable>;

export const getEndpoint =
  ({ aggregates }: Readonly<{ aggregates: Aggregates }>): GetEndpoint =>
  (target) =>
    findEndpoint(aggregates, target);

/** All endpoints of a merchant that are not removed, newest first. There are never many. */
export type ListEndpoints = (
  merchantId: MerchantId,
) => ResultAsync<readonly OpenEndpoint[], StorageUnavailable>;

const PAGE = 100;

/** One read for each hundred. */
export const listEndpoints =
  ({ aggregates }: Readonly<{ aggregates: Pick<Aggregates, 'list'> }>): ListEndpoints =>
  (merchantId) =>
    safeTry(async function* () {
      const endpoints: OpenEndpoint[] = [];
      let last: WebhookEndpointId | undefined;
      for (let more = true; more; ) {
        const page = { limit: PAGE, isOpen: true as const, ...present({ after: last }) };
        const found = yield* aggregates.list(merchantId, 'webhook_endpoint', page);
        for (const endpoint of found) if (endpoint.status !== 'removed') endpoints.push(endpoint);
        last = found.at(-1)?.id;
        more = found.length === PAGE;
      }
      return ok(endpoints.reverse());
    });
