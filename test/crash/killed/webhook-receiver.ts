import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileRing } from '../../../src/adapters/keys/file-ring.ts';
import { ringKeys } from '../../../src/adapters/keys/secret-keys.ts';
import { localVault } from '../../../src/adapters/keys/vault.ts';
import { systemClock } from '../../../src/adapters/system/clock.ts';
import type { DomainEvent } from '../../../src/domain/kernel/events.ts';
import { type MerchantId, parseId } from '../../../src/domain/kernel/ids.ts';
import { fromRfc3339 } from '../../../src/domain/kernel/instant.ts';
import { type JsonObject, parseJson } from '../../../src/domain/kernel/json.ts';
import { present } from '../../../src/domain/kernel/present.ts';
import { DELIVERY_SHARDS } from '../../../src/ports/deliveries.ts';
import type { Storage } from '../../../src/ports/storage.ts';
import { addEndpoint } from '../../fixtures/webhooks.ts';
import { pause } from './server-processes.ts';

/** Merchants' receivers, on one local port, for servers of one data directory. */
export type WebhookReceiver = Readonly<{
  /** What has arrived, each event once, however often it came. */
  events(): readonly DomainEvent[];
  deliveries(): number;
  close(): Promise<void>;
}>;

/** Has each merchant's endpoint made by `add`. */
export async function receiveWebhooks(
  merchants: readonly MerchantId[],
  add: (merchantId: MerchantId, url: string) => Promise<void>,
): Promise<WebhookReceiver> {
  const received = new Map<string, DomainEvent>();
  let deliveries = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      deliveries += 1;
      const event = eventIn(Buffer.concat(chunks).toString(), request.url?.slice(1) as MerchantId);
      received.set(event.id, event);
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  for (const merchantId of merchants) await add(merchantId, `http://127.0.0.1:${port}/${merchantId}`);
  return {
    events: () => [...received.values()],
    deliveries: () => deliveries,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Puts endpoints into the store, with secrets that servers of the data directory can open. */
export function endpointsIn(storage: Storage, dataDir: string) {
  const vault = localVault(ringKeys(fileRing(join(dataDir, 'keys.json'), systemClock)), systemClock);
  return async (merchantId: MerchantId, url: string): Promise<void> => {
    await addEndpoint({ ...storage, vault }, { merchantId, url });
  };
}

/** Resolves when every event has been delivered, by the servers that still run. */
export async function allDelivered(storage: Storage): Promise<void> {
  const shards = Array.from({ length: DELIVERY_SHARDS }, (_, shard) => shard);
  for (const deadline = performance.now() + 120_000; performance.now() < deadline; await pause(250)) {
    if ((await storage.outbox.unsent(1))._unsafeUnwrap().length > 0) continue;
    const due = await storage.deliveries.due(shards, Date.now() + 365 * 86_400_000, 1);
    if (due._unsafeUnwrap().length === 0) return;
  }
  throw new Error('events are left that are never delivered');
}

/** The event in a delivery's body. */
function eventIn(text: string, merchantId: MerchantId): DomainEvent {
  const { id, event_type, created, data } = parseJson(text) as Readonly<{
    id: DomainEvent['id'];
    event_type: DomainEvent['type'];
    created: string;
    data: JsonObject;
  }>;
  const subject = data['payment_id'] ?? data['id'];
  const paymentId = typeof subject === 'string' ? parseId('pay', subject) : undefined;
  return {
    id,
    type: event_type,
    merchantId,
    ...present({ paymentId }),
    created: fromRfc3339(created),
    data,
  };
}
