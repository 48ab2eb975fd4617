import type { ResultAsync } from 'neverthrow';
import type { OpenEndpoint } from '../../domain/webhooks/webhook-endpoint.ts';
import type { Aggregates } from '../../ports/aggregates.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { type EndpointNotFound, type EndpointTarget, findEndpoint } from './update-endpoint.ts';

/** An endpoint without its secret, which is shown to nobody twice. */
export type GetEndpoint = (
  target: EndpointTarget,
) => ResultAsync<OpenEndpoint, EndpointNotFound | StorageUnavailable>;

export const getEndpoint =
  ({ aggregates }: Readonly<{ aggregates: Aggregates }>): GetEndpoint =>
  (target) =>
    findEndpoint(aggregates, target);
