import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryStorage } from '../../src/adapters/memory/storage.ts';
import { PERMISSIONS } from '../../src/entrypoints/cli/tokens.ts';
import { foreignRequests } from '../support/foreign-requests.ts';
import { expectNoDifference } from '../support/foreign-responses.ts';
import { aClient, type Client } from '../support/http-client.ts';
import { type Document, operationsOf } from '../support/operations.ts';
import { recordOf, type TwoAccounts, twoAccounts } from '../support/two-accounts.ts';

let world: TwoAccounts;
let document: Document;
beforeAll(async () => {
  world = await twoAccounts(memoryStorage());
  document = (await (await world.app.request('/openapi.json')).json()) as Document;
});
afterAll(async () => world.end());

const send = (path: string, init: RequestInit) => world.app.request(path, init);
/** All of an answer but where the next page begins, which has the time in it. */
const textOf = async (answer: Response): Promise<string> =>
  (await answer.text()).replace(/"next_cursor":"[^"]+"/, '"next_cursor":"more"');
const choosing = (merchant: string): Promise<Client> => aClient(send, undefined, PERMISSIONS, merchant);

describe('an administrator who goes from one merchant to another', () => {
  it('is answered by every list and sum as a token of the merchant is', async () => {
    const reads = operationsOf(document).filter(
      ({ method, path, operation }) =>
        method === 'get' &&
        !path.includes('{') &&
        (operation.parameters ?? []).some(({ name }) => name === 'Paywright-Merchant') &&
        !['/search', '/events/stream', '/audit/chain'].includes(path),
    );
    expect(reads.length).toBeGreaterThan(15);
    for (const { path } of reads)
      for (const merchant of ['merchant-a', 'merchant-b']) {
        const asked = path === '/ledger/statement' ? `${path}?currency=USD&end_date=2100-01-01` : path;
        const own = await (await aClient(send, merchant, PERMISSIONS)).get(asked);
        const chosen = await (await choosing(merchant)).get(asked);
        expect([path, chosen.status, await textOf(chosen)]).toEqual([path, 200, await textOf(own)]);
      }
  });

  it('finds for B nothing of what is A’s, in whichever place it is named, and changes none of it', async () => {
    const before = await recordOf(world.storage, 'merchant-a');
    const b = await choosing('merchant-b');
    const requests = foreignRequests(document, world).filter(
      // What manages the installation is of no merchant.
      ({ operation }) => !/ \/(merchants|outbox|cost)/.test(operation),
    );
    expect(requests.length).toBeGreaterThan(100);
    for (const request of requests) {
      const { status } = await expectNoDifference(b, request);
      if (request.place === 'path') expect([request.operation, status]).toEqual([request.operation, 404]);
    }
    expect(await recordOf(world.storage, 'merchant-a')).toEqual(before);
  });

  it('reaches through the header no merchant from a token that names one', async () => {
    const a = await aClient(send, 'merchant-a', PERMISSIONS, 'merchant-b');
    const routes = operationsOf(document).filter(({ operation }) =>
      (operation.parameters ?? []).some(({ name }) => name === 'Paywright-Merchant'),
    );
    const before = await recordOf(world.storage, 'merchant-b');
    for (const { method, path } of routes) {
      const answer = await a.call(method.toUpperCase(), path.replaceAll(/\{\w+\}/g, 'x'));
      expect([method, path, answer.status, await answer.json()]).toEqual([
        method,
        path,
        403,
        expect.objectContaining({ code: 'merchant_not_allowed' }),
      ]);
    }
    expect(await recordOf(world.storage, 'merchant-b')).toEqual(before);
  });
});
