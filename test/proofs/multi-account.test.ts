import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { JOBS_TENANT } from '../../src/domain/kernel/ids.ts';
import { auditPage, auditReport } from '../../src/entrypoints/http/audit/audit-schemas.ts';
import { balance, ledgerPage } from '../../src/entrypoints/http/ledger/ledger.ts';
import { transfer } from '../../src/entrypoints/http/ledger/transfers.ts';
import { searchResults } from '../../src/entrypoints/http/search/search.ts';
import { aMerchantId } from '../fixtures/changes.ts';
import { versionsOf, wholeLength } from '../support/audit-reader.ts';
import { everyStorage } from '../support/every-storage.ts';
import { foreignRequests } from '../support/foreign-requests.ts';
import { expectNoDifference } from '../support/foreign-responses.ts';
import { allPages, type Client, jsonOf } from '../support/http-client.ts';
import { type Document, operationsOf } from '../support/operations.ts';
import { recordOf, SECRETS, type TwoAccounts, twoAccounts } from '../support/two-accounts.ts';

const { kinds, close } = await everyStorage(inject('postgresUrl'));
afterAll(close);

describe.each(kinds)('two merchants and what passes between them, on $name', ({ open }) => {
  let world: TwoAccounts;
  let document: Document;
  beforeAll(async () => {
    world = await twoAccounts(await open());
    document = (await (await world.app.request('/openapi.json')).json()) as Document;
    return world.end;
  });

  it('leave money with both that adds up, and a transfer that both read', async () => {
    const { a, b, c, ofA } = world;
    const available = async (client: Client) => balance.parse(await jsonOf(client, '/balance')).balances;
    expect(await available(a)).toEqual([
      { currency: 'USD', available: 7_000, pending: 0, paid_out: 0, differences: 0 },
    ]);
    expect(await available(b)).toEqual([
      { currency: 'USD', available: 2_800, pending: 0, paid_out: 0, differences: 0 },
    ]);
    expect(await available(c)).toEqual([
      { currency: 'USD', available: 1_000, pending: 0, paid_out: 0, differences: 0 },
    ]);

    const [sent, received] = [await a.get(`/transfers/${ofA.toB}`), await b.get(`/transfers/${ofA.toB}`)];
    expect([sent.status, received.status]).toEqual([200, 200]);
    const text = await sent.text();
    expect(await received.text()).toBe(text);
    expect(transfer.parse(JSON.parse(text))).toMatchObject({
      merchant_id: 'merchant-a',
      destination_merchant_id: 'merchant-b',
      amount: 2_500,
      currency: 'USD',
    });
  });

  it('are in the ledgers of both, each side of the transfer with its own', async () => {
    const entriesOf = async (client: Client) =>
      (await allPages(client, '/ledger/entries', ledgerPage)).map(
        ({ type, amount, debit, credit, transfer_id, payment_id }) => ({
          [type]: amount,
          way: `${debit} to ${credit}`,
          cause: transfer_id ?? payment_id,
        }),
      );
    const { ofA, ofB } = world;
    const [first, held] = ofA.payments;
    expect((await entriesOf(world.a)).toReversed()).toEqual([
      { capture: 10_000, way: 'processor to available', cause: first },
      { refund_hold: 1_000, way: 'available to pending', cause: first },
      { refund: 1_000, way: 'pending to processor', cause: first },
      { refund_hold: 500, way: 'available to pending', cause: first },
      { refund: 500, way: 'pending to processor', cause: first },
      { capture: 2_000, way: 'processor to available', cause: held },
      { transfer_out: 2_500, way: 'available to transfers', cause: ofA.toB },
      { transfer_out: 1_000, way: 'available to transfers', cause: ofA.toC },
    ]);
    expect((await entriesOf(world.b)).toReversed()).toEqual([
      { transfer_in: 2_500, way: 'transfers to available', cause: ofA.toB },
      { capture: 300, way: 'processor to available', cause: ofB.payment },
    ]);
  });

  it('have a transfer between them as an event for each in the outbox', async () => {
    const events = (await world.storage.outbox.unsent(1_000))._unsafeUnwrap();
    const told = events
      .filter(({ data }) => data['id'] === world.ofA.toB)
      .map(({ type, merchantId }) => `${type} to ${merchantId}`);
    expect(told.toSorted()).toEqual(['transfer.completed to merchant-a', 'transfer.completed to merchant-b']);
  });

  it('stay apart in every list, count and sum, and no cursor leads from one to the other', async () => {
    const { a, b, ofA, storage } = world;
    const unsent = (await storage.outbox.unsent(1_000))._unsafeUnwrap();
    (await storage.eventLog.addAll(unsent))._unsafeUnwrap();
    const record = JSON.stringify(await recordOf(storage, 'merchant-a'));
    const known = new Set([...(record.match(/[a-z]+_[0-9a-f]{32}/g) ?? []), ...Object.values(SECRETS)]);
    known.delete(ofA.toB);
    const knows = (text: string): readonly string[] => [...known].filter((each) => text.includes(each));
    const reads = operationsOf(document).filter(
      ({ method, path }) =>
        method === 'get' &&
        !path.includes('{') &&
        !/^\/(?:merchants|outbox|system)/.test(path) &&
        !['/cost', '/events/stream', '/audit/chain'].includes(path),
    );
    const seen: string[] = [];
    for (const { path, operation } of reads) {
      const takes = new Set((operation.parameters ?? []).map(({ name }) => name));
      const sought = ['email', 'q'].find((name) => takes.has(name));
      const of = path === '/ledger/statement' ? `${path}?currency=USD&` : `${path}?`;
      const query = sought === undefined ? '' : `${sought}=${encodeURIComponent(SECRETS.email)}`;
      const [theirs, own] = [await b.get(`${of}${query}`), await a.get(`${of}${query}`)];
      expect([path, theirs.status, own.status]).toEqual([path, 200, 200]);
      expect([path, knows(await theirs.text())]).toEqual([path, []]);
      seen.push(...knows(await own.text()));
      if (!takes.has('cursor')) continue;
      const { next_cursor } = (await jsonOf(a, `${of}limit=1`)) as Readonly<{
        next_cursor: string;
      }>;
      const rest = `${of}limit=1&cursor=${encodeURIComponent(next_cursor)}`;
      expect([path, (await a.get(rest)).status]).toEqual([path, 200]);
      const refused = await b.get(rest);
      expect([path, refused.status, await refused.json()]).toEqual([
        path,
        400,
        expect.objectContaining({ code: 'cursor_invalid' }),
      ]);
    }
    // What B was looked through for is there to be found.
    expect(seen).toEqual(expect.arrayContaining([...ofA.payments, ofA.customer, ...Object.values(SECRETS)]));
  });

  it('find each of their own things by its id, and none of the other’s', async () => {
    const { a, b, ofA } = world;
    const ids = [
      ...ofA.payments,
      ofA.transaction,
      ofA.customer,
      ofA.toC,
      ofA.endpoint,
      ...ofA.deliveries,
      ...ofA.exports,
      ofA.schedule,
      ...ofA.reconciliations,
      ...ofA.settlements,
      ...ofA.exceptions,
      ...ofA.disputes,
    ];
    for (const id of ids) {
      const { results } = searchResults.parse(await jsonOf(a, `/search?q=${id}`));
      expect(results).toMatchObject([{ id }]);
      expect(await jsonOf(b, `/search?q=${id}`)).toEqual({ results: [] });
    }
  });

  it('stay apart: on every route B gets the same response for what is A’s as for what does not exist', async () => {
    const { storage, books } = world;
    const [recordOfA, recordOfB] = [
      await recordOf(storage, 'merchant-a'),
      await recordOf(storage, 'merchant-b'),
    ];
    const charged = books.references();
    const requests = foreignRequests(document, world);
    const inPlaces = Map.groupBy(requests, ({ place }) => place);
    for (const request of inPlaces.get('path') ?? []) {
      const { status } = await expectNoDifference(world.b, request);
      // Managing merchants and the system needs a permission of its own, for every token.
      expect([request.operation, status]).toEqual([
        request.operation,
        / \/(merchants|outbox)/.test(request.operation) ? 403 : 404,
      ]);
    }
    for (const request of inPlaces.get('body') ?? []) {
      const { status, text } = await expectNoDifference(world.b, request);
      const isBatch = ['post /payments/batch', 'post /exceptions/resolve'].includes(request.operation);
      expect([request.operation, isBatch ? text : status]).toEqual([
        request.operation,
        isBatch ? expect.stringContaining('"succeeded":0') : expect.toSatisfy(isRefusal),
      ]);
    }
    expect(await recordOf(storage, 'merchant-b')).toEqual(recordOfB);
    for (const request of inPlaces.get('query') ?? []) {
      const { status } = await expectNoDifference(world.b, request);
      expect([request.operation, status]).toEqual([
        request.operation,
        { 'get /cost': 403, 'get /audit/chain': 404 }[request.operation] ?? 200,
      ]);
    }
    expect(await recordOf(storage, 'merchant-a')).toEqual(recordOfA);
    expect(books.references()).toEqual(charged);

    const named = new Set(requests.map(({ operation }) => operation));
    const rest = operationsOf(document).filter(({ name }) => !named.has(name));
    // No place in these names what a merchant has; what lists or adds up was looked at above.
    expect(rest.map(({ name }) => name).toSorted()).toEqual([
      'get /audit/report',
      'get /balance',
      'get /events/stream',
      'get /export_schedules',
      'get /exports',
      'get /healthz',
      'get /ledger/statement',
      'get /merchant',
      'get /merchants',
      'get /metrics',
      'get /objects/{link}',
      'get /outbox/parked',
      'get /outbox/unsent',
      'get /payments/summary',
      'get /readyz',
      'get /reconciliations',
      'get /refunds',
      'get /reports/payments',
      'get /settlements',
      'get /system',
      'get /system/dead_letters',
      'get /system/jobs',
      'get /system/webhook_deliveries',
      'get /transfers',
      'get /webhook_endpoints',
      'post /customers',
      'post /export_schedules',
      'post /exports',
      'post /merchants',
      'post /payments/export',
      'post /processors/stripe/webhook',
      'post /reconciliations',
      'post /transfers',
      'post /webhook_endpoints',
      'put /objects/{link}',
    ]);
  });

  it('may use the same idempotency keys, and neither is given what the other was answered', async () => {
    const before = await recordOf(world.storage, 'merchant-a');
    const order = { amount: 10_000, currency: 'USD', payment_method: 'card' };
    const paid = await world.b.post('/payments', order, 'first');
    const sent = { destination_merchant_id: 'merchant-c', amount: 2_500, currency: 'USD' };
    for (const response of [paid, await world.b.post('/transfers', sent, 'to-b')])
      expect([response.status, response.headers.get('idempotency-replayed')]).toEqual([201, null]);
    expect(await recordOf(world.storage, 'merchant-a')).toEqual(before);
  });

  it('have an audit trail of all that happened to each, whole, that a reader can check', async () => {
    const { a, b, c, ofA, ofB, storage } = world;
    let links = 0;
    for (const [client, id, customerId] of [
      [a, 'merchant-a', ofA.customer],
      [b, 'merchant-b', ofB.customer],
      [c, 'merchant-c', undefined],
    ] as const) {
      const versions = await versionsOf(client, customerId);
      // A transfer that came is in the trail of who sent it.
      for (const kind of [
        'transfer',
        'customer',
        'customer_access',
        'export',
        'webhook_endpoint',
        'reconciliation',
        'export_schedule',
        'settlement',
        'exception',
        'statement_line',
        'dispute',
        'event_release',
      ] as const)
        for (const each of (
          await storage.aggregates.list(aMerchantId(id), kind, { limit: 100 })
        )._unsafeUnwrap())
          if (each.merchantId === id) versions.set(`${kind} ${each.id}`, each.version);
      const trail = (await allPages(client, '/audit', auditPage)).toReversed();
      expect(trail.every((link) => link.merchant_id === id)).toBe(true);
      const chains = Map.groupBy(trail, (link) => `${link.entity_type} ${link.entity_id}`);
      const lengths = [...chains].map(([entity, chain]) => [entity, wholeLength(chain)] as const);
      expect(new Map(lengths)).toEqual(versions);
      const report = auditReport.parse(await jsonOf(client, '/audit/report'));
      expect(report.total_events).toBe(trail.length);
      links += trail.length;
    }
    const ofTransfer = async (client: Client) =>
      allPages(client, `/audit?entity_type=transfer&entity_id=${ofA.toB}`, auditPage);
    expect(await ofTransfer(a)).toMatchObject([
      { action: 'transfer.completed', sequence: 1, actor: { id: 'user-1' } },
    ]);
    expect(await ofTransfer(b)).toEqual([]);

    const verified = (await world.useCases.verify(() => {}))._unsafeUnwrap();
    const jobs = (await storage.aggregates.list(JOBS_TENANT, 'job', { limit: 100 }))._unsafeUnwrap();
    expect(verified).toMatchObject({
      merchants: 3,
      payments: 6,
      links: jobs.reduce((sum, { version }) => sum + version, links),
      unsettled: [],
    });
  });
});

const isRefusal = (status: unknown): boolean => status === 404 || status === 422;
