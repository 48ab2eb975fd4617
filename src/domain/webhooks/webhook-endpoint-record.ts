import type { WebhookEndpointId } from '../kernel/ids.ts';
import { fromRfc3339, rfc3339 } from '../kernel/instant.ts';
import type { JsonObject } from '../kernel/json.ts';
import { present } from '../kernel/present.ts';
import { type RevisionRecord, restoreRevision, revisionRecord } from '../kernel/revision.ts';
import type { Sealed } from '../kernel/sealed.ts';
import type { EventFilter, OpenEndpoint, RetiringSecret, WebhookEndpoint } from './webhook-endpoint.ts';

type KnownRecord = RevisionRecord<WebhookEndpointId>;

/** An endpoint under the names it is published with. No secret is among them. */
export type PublishedEndpoint = KnownRecord &
  Readonly<{
    status: OpenEndpoint['status'];
    url: string;
    events: readonly EventFilter[];
    description?: string;
    failing_since?: string;
    previous_secret_expires_at?: string;
  }>;

type RemovedRecord = KnownRecord & Readonly<{ status: 'removed' }>;

/** What the audit trail holds: secrets as ciphertexts, and nothing that opens them. */
type EndpointSnapshot =
  | RemovedRecord
  | (PublishedEndpoint &
      Readonly<{
        secret: Sealed;
        /** The newest that retires, whose time is published; those before it are beside their times. */
        previous_secret?: Sealed;
        older_secrets?: readonly Readonly<{ secret: Sealed; expires_at: string }>[];
        data_key_id: string;
      }>);

/** What is stored of an endpoint. */
export type WebhookEndpointRecord =
  | RemovedRecord
  | (Exclude<EndpointSnapshot, RemovedRecord> & Readonly<{ data_key: string; place?: number }>);

/** All that may be published of an endpoint. */
export const publishedEndpoint = (endpoint: OpenEndpoint): PublishedEndpoint => {
  const [previous] = endpoint.secrets.retiring;
  return {
    ...revisionRecord(endpoint),
    status: endpoint.status,
    url: endpoint.url,
    events: endpoint.events,
    ...present({ description: endpoint.description }),
    ...(endpoint.failingSince === undefined ? {} : { failing_since: rfc3339(endpoint.failingSince) }),
    ...(previous === undefined ? {} : { previous_secret_expires_at: rfc3339(previous.until) }),
  };
};

export function endpointSnapshot(endpoint: WebhookEndpoint): EndpointSnapshot & JsonObject {
  if (endpoint.status === 'removed') return { ...revisionRecord(endpoint), status: 'removed' };
  const { current, retiring } = endpoint.secrets;
  const [previous, ...older] = retiring;
  const older_secrets = older.map(({ secret, until }) => ({ secret, expires_at: rfc3339(until) }));
  return {
    ...publishedEndpoint(endpoint),
    secret: current,
    ...present({ previous_secret: previous?.secret }),
    ...(older_secrets.length === 0 ? {} : { older_secrets }),
    data_key_id: endpoint.dataKey.keyId,
  };
}

export function endpointRecord(endpoint: WebhookEndpoint): WebhookEndpointRecord & JsonObject {
  if (endpoint.status === 'removed') return { ...revisionRecord(endpoint), status: 'removed' };
  const snapshot = endpointSnapshot(endpoint) as Exclude<EndpointSnapshot, RemovedRecord>;
  return { ...snapshot, data_key: endpoint.dataKey.wrapped, ...present({ place: endpoint.place }) };
}

/** Reads `endpointRecord` back. */
export function restoreEndpoint(record: WebhookEndpointRecord, auditHash: string): WebhookEndpoint {
  const known = restoreRevision('webhook_endpoint', record, auditHash);
  if (record.status === 'removed') return { ...known, status: 'removed' };
  const { description, failing_since: since, place } = record;
  return {
    ...known,
    status: record.status,
    url: record.url,
    events: record.events,
    ...present({ description, place }),
    dataKey: { keyId: record.data_key_id, wrapped: record.data_key },
    secrets: { current: record.secret, retiring: retiringIn(record) },
    ...(since === undefined ? {} : { failingSince: fromRfc3339(since) }),
  };
}

function retiringIn({
  previous_secret: secret,
  previous_secret_expires_at: until,
  older_secrets: older = [],
}: Exclude<WebhookEndpointRecord, RemovedRecord>): readonly RetiringSecret[] {
  if (secret === undefined || until === undefined) return [];
  return [
    { secret, until: fromRfc3339(until) },
    ...older.map((each) => ({ secret: each.secret, until: fromRfc3339(each.expires_at) })),
  ];
}
