import { expect } from 'vitest';
import { dynamodbStorage } from '../../../src/adapters/dynamodb/storage.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import { systemIds } from '../../../src/adapters/system/ids.ts';
import { recordEndpointHealth } from '../../../src/application/webhooks/record-endpoint-health.ts';
import { updateEndpoint } from '../../../src/application/webhooks/update-endpoint.ts';
import type { WebhookEndpointId } from '../../../src/domain/kernel/ids.ts';
import type { OpenEndpoint } from '../../../src/domain/webhooks/webhook-endpoint.ts';
import { aMerchantId, digests } from '../../fixtures/changes.ts';
import { aPaymentBody } from '../http-app.ts';
import { aCall, SCHEDULED, type Sent } from './functions.ts';

/** One that has room for endpoints still. */
const MERCHANT = 'merchant-2';

type Table = Parameters<typeof dynamodbStorage>[0];

type Functions = Readonly<{
  table: Table;
  /** Where a receiver answers with 204. */
  url: string;
  send(request: Request): Promise<Response>;
  invoked(name: string, event: unknown): Promise<unknown>;
}>;

/**
 * Functions deliver to an endpoint that had failed for long enough to be marked, beside some that were removed with deliveries on
 * their way: the mark is gone then, and those deliveries have failed.
 */
export async function answerAgain({ table, url, send, invoked }: Functions): Promise<void> {
  const asked = async <Body>(path: string, sent: Sent = {}) => {
    const answer = await send(await aCall(path, { ...sent, claims: { merchant_id: MERCHANT } }));
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path}: ${text}`);
    return (text === '' ? {} : JSON.parse(text)) as Body;
  };
  const body = { url, events: ['payment.succeeded'] };
  const made = () => asked<Made>('/webhook_endpoints', { body });
  const marked = await made();
  await mark(table, marked.id);
  await failsWhenRemoved(2);
  expect(await asked(`/webhook_endpoints/${marked.id}`)).not.toHaveProperty('failing_since');
  // The keys of several are asked for in a batch, and one by itself.
  await failsWhenRemoved(1);
  await asked(`/webhook_endpoints/${marked.id}`, { method: 'DELETE' });

  async function failsWhenRemoved(count: number): Promise<void> {
    const removed = await Promise.all(Array.from({ length: count }, made));
    // What was under way before they were made may reach them too.
    const statusesOf = async ({ id }: Made) => {
      const listed = await asked<Listed>(`/webhook_deliveries?endpoint_id=${id}`);
      return listed.items.map(({ status }) => status);
    };
    await asked('/payments', { body: aPaymentBody(), key: `answered-again-${count}` });
    const relayed = async () => {
      await invoked('relay', SCHEDULED);
      return (await Promise.all(removed.map(statusesOf))).every(({ length }) => length > 0);
    };
    await expect.poll(relayed, { interval: 500 }).toBe(true);
    for (const { id } of removed) await asked(`/webhook_endpoints/${id}`, { method: 'DELETE' });
    await invoked('webhooks', SCHEDULED);
    for (const each of removed) expect(new Set(await statusesOf(each))).toEqual(new Set(['failed']));
  }
}

type Made = Readonly<{ id: WebhookEndpointId }>;
type Listed = Readonly<{ items: readonly Readonly<{ status: string }>[] }>;

async function mark(table: Table, id: WebhookEndpointId): Promise<void> {
  const ports = { ...dynamodbStorage(table), clock: systemClock, ids: systemIds, digests };
  const found = await ports.aggregates.find(aMerchantId(MERCHANT), 'webhook_endpoint', id);
  const endpoint = found._unsafeUnwrap() as OpenEndpoint;
  const terms = { disableAfterMs: Number.POSITIVE_INFINITY };
  const record = recordEndpointHealth({ updateEndpoint: updateEndpoint(ports), ids: systemIds }, terms);
  const observed = { failingFrom: endpoint.updatedAt, isGone: false };
  expect((await record(endpoint, observed, endpoint.updatedAt + 60_000))._unsafeUnwrap()).toBe(true);
}
