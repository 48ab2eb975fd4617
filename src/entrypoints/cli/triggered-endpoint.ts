import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { dataOf, type PaywrightClient } from '../../../client/src/client.ts';

const PATIENCE_MS = 60_000;

/** Adds an endpoint that is gone for good, as its 410 says, and has a test sent there; gives its id once it is disabled, and removes it. */
export async function disabled(client: PaywrightClient): Promise<string> {
  const gone = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(410).end());
  });
  await new Promise<void>((listening) => gone.listen(0, '127.0.0.1', listening));
  try {
    const url = `http://127.0.0.1:${(gone.address() as AddressInfo).port}/gone`;
    const body = { url, events: ['payment.succeeded' as const] };
    const { id } = await dataOf(client.POST('/webhook_endpoints', { body }));
    const params = { path: { id } };
    await client.POST('/webhook_endpoints/{id}/test', { params });
    for (const until = performance.now() + PATIENCE_MS; performance.now() < until; await sleep(200)) {
      const { status } = await dataOf(client.GET('/webhook_endpoints/{id}', { params }));
      if (status === 'disabled') break;
    }
    await client.DELETE('/webhook_endpoints/{id}', { params });
    return id;
  } finally {
    gone.closeAllConnections();
    gone.close();
  }
}
