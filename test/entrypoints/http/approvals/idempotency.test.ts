import { randomUUID } from 'node:crypto';
import { ResultAsync } from 'neverthrow';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { memoryApprovalsStorage } from '../../../../src/adapters/memory/approvals/storage.ts';
import type { ApprovalsPorts } from '../../../../src/application/approvals/approvals-use-cases.ts';
import type { VendorId } from '../../../../src/domain/approvals/ids.ts';
import type { ApprovalsStorage } from '../../../../src/ports/approvals/approvals-storage.ts';
import {
  aColleague,
  anApprovalsApp,
  aVendorPaymentBody,
  aWorkEvent,
  ofCents,
  told,
} from '../../../support/approvals-app.ts';
import { everyApprovalsStorage } from '../../../support/approvals-storages.ts';
import { theDocument } from '../../../support/described-app.ts';

const { kinds, close } = await everyApprovalsStorage(inject('postgresUrl'));
afterAll(close);

/** A vendor that is paid without an answer, and one whose payout is refused at first (see `simulatedPayouts`). */
const SILENT = '00000000-0000-4000-8000-000000000003' as VendorId;
const REFUSED_AT_FIRST = '00000000-0000-4000-8000-000000000002' as VendorId;

async function anOffice(storage: ApprovalsStorage, ports: Partial<ApprovalsPorts> = {}) {
  const clock = { at: Date.parse('2026-03-01T12:00:00Z'), now: () => clock.at };
  const { app, ledger, useCases } = anApprovalsApp(storage, { ports: { clock, ...ports } });
  const [maker, dispatcher, admin, other, system] = await Promise.all([
    aColleague(app.request, 'maker', 'dispatcher'),
    aColleague(app.request, 'dispatcher-1', 'dispatcher'),
    aColleague(app.request, 'admin-1', 'admin'),
    aColleague(app.request, 'admin-2', 'admin'),
    aColleague(app.request, 'incident-service', 'system'),
  ]);
  const people = { maker, dispatcher, admin, other, system };
  const send = ({ by, path, body }: Call, key?: string) =>
    people[by].call('POST', path, body, key === undefined ? {} : { 'idempotency-key': key });
  const create = async (parts: Parts = {}) => {
    const { paymentId } = await told<{ paymentId: string }>(
      maker.post('/payments', aVendorPaymentBody(parts)),
      201,
    );
    return `/payments/${paymentId}`;
  };
  const approved = async (parts: Parts = {}) => {
    const path = await create(parts);
    await told(dispatcher.post(`${path}/approve`), 200);
    return path;
  };
  /** Grows with every effect that a request had. */
  const effects = async () => {
    const all = (await storage.vendorPayments.list({}, { order: 'oldest', limit: 1_000 }))._unsafeUnwrap();
    return all.reduce((sum, { version }) => sum + version, 0) + ledger.paid().length;
  };
  return { ...people, clock, ledger, useCases, send, create, approved, effects };
}

type Office = Awaited<ReturnType<typeof anOffice>>;
type Person = 'maker' | 'dispatcher' | 'admin' | 'other' | 'system';
type Parts = Readonly<Record<string, unknown>>;
type Call = Readonly<{ by: Person; path: string; body?: object }>;

/** Every POST of approvals: one request, and one with another payload. */
const POSTS: Readonly<Record<string, (office: Office) => Promise<readonly [one: Call, other: Call]>>> = {
  createVendorPayment: () => {
    const call = (parts: Parts): Call => ({
      by: 'maker',
      path: '/payments',
      body: aVendorPaymentBody(parts),
    });
    const one = call({ dueDate: '2026-03-31' });
    return Promise.resolve([one, { ...one, body: { ...one.body, dueDate: '2026-04-30' } }]);
  },
  recordWorkCompleted: () => {
    const call = (): Call => ({ by: 'system', path: '/events', body: aWorkEvent() });
    return Promise.resolve([call(), call()]);
  },
  approveVendorPayment: async ({ create }) => {
    const path = `${await create()}/approve`;
    return [
      { by: 'dispatcher', path, body: { notes: 'Seen' } },
      { by: 'dispatcher', path, body: {} },
    ];
  },
  rejectVendorPayment: async ({ create }) => {
    const path = `${await create()}/reject`;
    return [
      { by: 'admin', path, body: { reason: 'No' } },
      { by: 'admin', path, body: { reason: 'Never' } },
    ];
  },
  reviewVendorPayment: async ({ create }) => {
    const path = `${await create()}/review`;
    return [
      { by: 'admin', path, body: { outcome: 'fraud' } },
      { by: 'admin', path, body: { outcome: 'legitimate' } },
    ];
  },
  processVendorPayment: async ({ approved }) => [
    { by: 'admin', path: `${await approved()}/process` },
    { by: 'admin', path: `${await approved()}/process` },
  ],
};

const refusalOf = async (response: Response): Promise<string> =>
  `${response.status} ${String(((await response.json()) as { code?: string }).code)}`;

const readOf = async (response: Response) => ({
  status: response.status,
  location: response.headers.get('location'),
  etag: response.headers.get('etag'),
  body: await response.text(),
});

const statusIn = async (response: Response) => ((await response.json()) as { status: string }).status;

it('names every POST of approvals, so that none is without a test of its key', () => {
  const posts = Object.entries(theDocument.paths)
    .filter(([path]) => path.startsWith('/approvals/'))
    .flatMap(([, methods]) => (methods['post'] === undefined ? [] : [methods['post'].operationId]));
  expect(posts.toSorted()).toEqual(Object.keys(POSTS).toSorted());
});

describe.each(kinds)('an idempotency key of approvals on $name', ({ open }) => {
  let storage: ApprovalsStorage;
  let office: Office;

  beforeAll(async () => {
    storage = await open();
    office = await anOffice(storage);
  });
  afterAll(() => storage.close());

  async function growthOf<Done>(task: () => Promise<Done>): Promise<readonly [number, Done]> {
    const before = await office.effects();
    const done = await task();
    return [(await office.effects()) - before, done];
  }

  describe.each(Object.entries(POSTS))('of %s', (_, prepare) => {
    it('gives a repeat the first answer, byte for byte, and no second effect', async () => {
      const [one] = await prepare(office);
      const key = randomUUID();
      const first = await office.send(one, key);
      expect([first.status < 300, first.headers.get('idempotency-replayed')]).toEqual([true, null]);
      const read = await readOf(first);
      for (const spelling of [key, `"${key}"`]) {
        const [growth, again] = await growthOf(() => office.send(one, spelling));
        expect([growth, again.headers.get('idempotency-replayed')]).toEqual([0, 'true']);
        expect(await readOf(again)).toEqual(read);
      }
    });

    it('is refused for another payload, which then has no effect', async () => {
      const [one, other] = await prepare(office);
      const key = randomUUID();
      await office.send(one, key);
      const [growth, refused] = await growthOf(() => office.send(other, key));
      expect([growth, await refusalOf(refused)]).toEqual([0, '422 idempotency_key_reused']);
    });

    it('lets one of many that come at once have its effect', async () => {
      const [single] = await prepare(office);
      const [growthOfOne] = await growthOf(() => office.send(single, randomUUID()));
      const [one] = await prepare(office);
      const key = randomUUID();
      const [growth, responses] = await growthOf(() =>
        Promise.all(Array.from({ length: 6 }, () => office.send(one, key))),
      );
      expect(growth).toBe(growthOfOne);
      const done = await Promise.all(responses.filter(({ status }) => status < 300).map(readOf));
      expect(new Set(done.map(({ body }) => body)).size).toBe(1);
      for (const response of responses.filter(({ status }) => status >= 300)) {
        expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
        expect(await refusalOf(response)).toBe('409 idempotency_in_flight');
      }
    });

    it('is refused when it is none', async () => {
      const [one] = await prepare(office);
      for (const key of ['k'.repeat(256), '"k', '"k" "l"', 'a b', '""']) {
        const [growth, refused] = await growthOf(() => office.send(one, key));
        expect([key, growth, await refusalOf(refused)]).toEqual([key, 0, '400 idempotency_key_invalid']);
      }
      expect(await refusalOf(await office.send(one, 'order-4242424242424242'))).toBe('422 pan_not_accepted');
    });
  });

  it('is another key for another caller', async () => {
    const [path, key] = [await office.create(ofCents(600_000)), randomUUID()];
    for (const by of ['admin', 'other'] as const) {
      const response = await office.send({ by, path: `${path}/approve` }, key);
      expect([response.status, response.headers.get('idempotency-replayed')]).toEqual([200, null]);
    }
  });

  it('stays free when its request is refused, and the same request is then judged anew', async () => {
    const [path, key] = [await office.create(), randomUUID()];
    const pay: Call = { by: 'admin', path: `${path}/process` };
    expect(await refusalOf(await office.send(pay, key))).toBe('409 payment_state_conflict');
    await told(office.dispatcher.post(`${path}/approve`), 200);
    const paid = await office.send(pay, key);
    expect([paid.headers.get('idempotency-replayed'), await statusIn(paid)]).toEqual([null, 'completed']);
  });

  it('gives the answer of then, whatever became of the payment since', async () => {
    const [path, key] = [await office.approved({ vendorId: REFUSED_AT_FIRST }), randomUUID()];
    const pay: Call = { by: 'admin', path: `${path}/process` };
    const first = await readOf(await office.send(pay, key));
    expect(JSON.parse(first.body)).toMatchObject({ status: 'failed' });
    expect(await statusIn(await office.send(pay, randomUUID()))).toBe('completed');
    expect(await readOf(await office.send(pay, key))).toEqual(first);
  });

  it('answers a payout whose end is unknown as it stands, and once it has ended with its end', async () => {
    const [path, key] = [await office.approved({ vendorId: SILENT }), randomUUID()];
    const pay: Call = { by: 'admin', path: `${path}/process` };
    for (const replayed of [null, 'true']) {
      const response = await office.send(pay, key);
      expect([response.headers.get('idempotency-replayed'), await statusIn(response)]).toEqual([
        replayed,
        'processing',
      ]);
    }
    office.clock.at += 31_000;
    await expect
      .poll(async () => {
        (await office.useCases.recoverPayouts(100))._unsafeUnwrap();
        return statusIn(await office.send(pay, key));
      })
      .toBe('completed');
    const last = await office.send(pay, key);
    expect(last.headers.get('etag')).toBe((await office.admin.get(path)).headers.get('etag'));
    expect(office.ledger.paid().filter(({ reference }) => path.endsWith(reference))).toHaveLength(1);
  });

  it('keeps an event that found its payment from making one later', async () => {
    const work = aWorkEvent();
    const made = await told<{ payment: { paymentId: string } }>(office.system.post('/events', work), 201);
    const again: Call = { by: 'system', path: '/events', body: aWorkEvent(work.detail) };
    const key = randomUUID();
    const found = await readOf(await office.send(again, key));
    expect([found.status, JSON.parse(found.body)]).toMatchObject([200, { created: false }]);
    await told(office.admin.post(`/payments/${made.payment.paymentId}/reject`, { reason: 'No' }), 200);
    const [growth, repeated] = await growthOf(() => office.send(again, key));
    expect([growth, await readOf(repeated)]).toEqual([0, found]);
  });

  it('is free again after its time', async () => {
    const [path, key] = [await office.create(), randomUUID()];
    const approve: Call = { by: 'dispatcher', path: `${path}/approve` };
    expect((await office.send(approve, key)).status).toBe(200);
    office.clock.at += 86_400_000;
    expect(await refusalOf(await office.send(approve, key))).toBe('409 payment_state_conflict');
  });
});

it('holds a payout under its key until the request has answered, and then gives that answer', async () => {
  const payout = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const office = await anOffice(memoryApprovalsStorage(), {
    payouts: {
      pay({ attempt, amount }) {
        begun.resolve();
        const paid = { paid: true, attempt, amount, processorReference: 'bank_1' } as const;
        return ResultAsync.fromSafePromise(payout.promise).map(() => ({
          ...paid,
          processedAt: office.clock.at,
        }));
      },
      lookup: () => {
        throw new Error('a payout that is awaited is not looked up');
      },
    },
  });
  const pay: Call = { by: 'admin', path: `${await office.approved()}/process` };
  const first = office.send(pay, 'one');
  await begun.promise;
  office.clock.at += 10_000;
  const early = await office.send(pay, 'one');
  expect([early.headers.get('retry-after'), await refusalOf(early)]).toEqual([
    '20',
    '409 idempotency_in_flight',
  ]);
  payout.resolve();
  const read = await readOf(await first);
  expect(JSON.parse(read.body)).toMatchObject({ status: 'completed', processorReference: 'bank_1' });
  expect(await readOf(await office.send(pay, 'one'))).toEqual(read);
});
