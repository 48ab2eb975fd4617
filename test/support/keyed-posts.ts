import { randomUUID } from 'node:crypto';
import { systemIds } from '../../src/adapters/system/ids.ts';
import { paymentChange } from '../../src/application/payments/payment-change.ts';
import { proposeResolution } from '../../src/domain/files/exception.ts';
import { awaitOutcome } from '../../src/domain/kernel/claim.ts';
import { money } from '../../src/domain/kernel/money.ts';
import { moved, type Processing } from '../../src/domain/payments/payment.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aMerchantId, anOpening, NOON, origin, ports, terms } from '../fixtures/changes.ts';
import { aDispute, committedDispute } from '../fixtures/disputes.ts';
import { anException, aResolver, committedException } from '../fixtures/exceptions.ts';
import { aPaymentBody } from './http-app.ts';

/** `ifMatch`: of a request that has to say what was seen. */
export type Call = Readonly<{ path: string; body?: object; csv?: string; ifMatch?: string }>;

/** The path of a new one; `isProposed`: with what another person says of it. */
type Opened = (isProposed?: true) => Promise<string>;

/**
 * Sends a request of its own and gives what the answer says. `exception` opens one, and `inAttention` a payment of which the
 * processor says another amount: no request makes what another person proposed, nor a `dispute` or a `parkedEvent`.
 */
export type Ask = ((call: Call) => Promise<Readonly<Record<string, unknown>>>) &
  Readonly<{ exception: Opened; inAttention: Opened; dispute: Opened; parkedEvent: Opened }>;

/** Opens exceptions of the merchant whom the tokens of these tests name; what is proposed is another person's proposal. */
export const exceptionsIn =
  (storage: Storage): Ask['exception'] =>
  async (isProposed) => {
    const open = await committedException(storage, anException({ merchantId: aMerchantId('merchant-1') }));
    const decision = { action: { kind: 'ignore' }, reason: 'r', by: aResolver('okta|another') } as const;
    if (isProposed) await committedException(storage, proposeResolution(open, decision, NOON), open);
    return `/exceptions/${open.id}`;
  };

/** Takes payments of the same merchant that need people, at their second version. */
export const attentionIn =
  (storage: Storage): Ask['inAttention'] =>
  async (isProposed) => {
    const { change, payment, claim } = anOpening({ merchantId: aMerchantId('merchant-1') });
    (await storage.commits.commit(change))._unsafeUnwrap();
    const attention = {
      reason: 'amount_differs',
      since: NOON,
      seen: { state: 'approved', amount: money(1n, 'USD') },
    } as const;
    const proposal = { outcome: 'failed', reason: 'r', by: aResolver('okta|another'), at: NOON } as const;
    const stepped = awaitOutcome(claim, 'waits', { changeId: systemIds.change(NOON), now: NOON }, terms);
    const needing = paymentChange<Processing>(ports, {
      at: NOON,
      origin,
      before: payment,
      next: {
        ...moved(payment, NOON),
        status: 'processing',
        attention: isProposed ? { ...attention, proposal } : attention,
      },
      transactions: [],
      claim: { expected: claim.fence, next: stepped },
    });
    (await storage.commits.commit(needing.change))._unsafeUnwrap();
    return `/payments/${payment.id}`;
  };

/** Opens disputes of the same merchant, whose answer is due. */
export const disputesIn =
  (storage: Storage): Ask['dispute'] =>
  async () => {
    const parts = { merchantId: aMerchantId('merchant-1'), processorId: `du_${randomUUID()}` };
    return `/disputes/${(await committedDispute(storage, aDispute(parts))).id}`;
  };

/** Parks events of the same merchant. */
export const parkedIn =
  (storage: Storage): Ask['parkedEvent'] =>
  async () => {
    const { change } = anOpening({ merchantId: aMerchantId('merchant-1') });
    (await storage.commits.commit(change))._unsafeUnwrap();
    const [event] = change.events;
    if (event === undefined) throw new Error('a payment that opens has an event');
    (await storage.outbox.failed({ ...event, tries: 4 }, 'refused', 'parked'))._unsafeUnwrap();
    return `/outbox/${event.id}`;
  };

/**
 * How each POST is called: what has to be there first, then one request, and the same request with another payload.
 * `needsKey`: it is refused without one.
 */
export type KeyedPost = Readonly<{
  needsKey?: true;
  prepare: (ask: Ask) => Promise<Readonly<{ one: Call; other: Call }>>;
}>;

const URL_HERE = 'http://127.0.0.1:9/hooks';

const anEmail = () => `${randomUUID()}@example.com`;
const aCard = (last4 = '4242') => ({ type: 'card', token: 'tok_visa', last4 });
const anEndpoint = async (ask: Ask) =>
  (await ask({ path: '/webhook_endpoints', body: { url: URL_HERE } }))['id'] as string;
const aDelivery = async (ask: Ask) =>
  (await ask({ path: `/webhook_endpoints/${await anEndpoint(ask)}/test` }))['id'] as string;
const aPayment = async (ask: Ask, rest: object = {}) =>
  (await ask({ path: '/payments', body: aPaymentBody({ idempotency_key: randomUUID(), ...rest }) }))[
    'id'
  ] as string;

const fixed =
  (path: string, one: object, other: object): KeyedPost['prepare'] =>
  () =>
    Promise.resolve({ one: { path, body: one }, other: { path, body: other } });

const onPayment =
  (step: string, rest: object): KeyedPost['prepare'] =>
  async (ask) => {
    const path = `/payments/${await aPayment(ask, rest)}/${step}`;
    return {
      one: { path, body: {} },
      other: { path: `/payments/${await aPayment(ask, rest)}/${step}`, body: {} },
    };
  };

/** Every POST of the platform, by the name it has in the document. */
export const PLATFORM_POSTS: Readonly<Record<string, KeyedPost>> = {
  createPayment: {
    needsKey: true,
    prepare: fixed('/payments', aPaymentBody(), aPaymentBody({ amount: 1251 })),
  },
  createPayments: {
    prepare: () => {
      const [first, second] = [randomUUID(), randomUUID()];
      const items = [
        aPaymentBody({ idempotency_key: first }),
        aPaymentBody({ idempotency_key: second, payment_method: 'test_declined' }),
        aPaymentBody({ idempotency_key: randomUUID(), amount: 0 }),
      ];
      const path = '/payments/batch';
      return Promise.resolve({
        one: { path, body: { payments: items } },
        other: { path, body: { payments: items.slice(0, 1) } },
      });
    },
  },
  capturePayment: { needsKey: true, prepare: onPayment('capture', { capture_method: 'manual' }) },
  voidPayment: { needsKey: true, prepare: onPayment('void', { capture_method: 'manual' }) },
  refundPayment: { needsKey: true, prepare: onPayment('refunds', {}) },
  createTransfer: {
    needsKey: true,
    prepare: async (ask) => {
      await aPayment(ask, { amount: 100_000 });
      const transfer = { destination_merchant_id: 'merchant-2', amount: 100, currency: 'USD' };
      return {
        one: { path: '/transfers', body: transfer },
        other: { path: '/transfers', body: { ...transfer, amount: 101 } },
      };
    },
  },
  startExport: {
    prepare: fixed('/exports', { kind: 'payments' }, { kind: 'payments', gzip: true }),
  },
  startPaymentExport: { prepare: fixed('/payments/export', {}, { format: 'json' }) },
  cancelExport: {
    prepare: async (ask) => {
      const order = async () =>
        `/exports/${String((await ask({ path: '/exports', body: { kind: 'payments' } }))['export_id'])}/cancel`;
      return { one: { path: await order() }, other: { path: await order() } };
    },
  },
  createCustomer: {
    prepare: () => {
      const body = { email: anEmail(), name: 'Ada Lovelace', payment_methods: [aCard()] };
      const path = '/customers';
      return Promise.resolve({ one: { path, body }, other: { path, body: { ...body, name: 'Ada King' } } });
    },
  },
  addPaymentMethod: {
    prepare: async (ask) => {
      const made = await ask({ path: '/customers', body: { email: anEmail(), name: 'Ada Lovelace' } });
      const path = `/customers/${String(made['id'])}/payment_methods`;
      return { one: { path, body: aCard() }, other: { path, body: aCard('4243') } };
    },
  },
  createMerchant: {
    prepare: () => {
      const body = { id: `shop-${randomUUID()}`, name: 'A shop', email: 'shop@example.com' };
      const path = '/merchants';
      return Promise.resolve({
        one: { path, body },
        other: { path, body: { ...body, id: `shop-${randomUUID()}` } },
      });
    },
  },
  createWebhookEndpoint: {
    prepare: fixed('/webhook_endpoints', { url: URL_HERE }, { url: `${URL_HERE}/other` }),
  },
  rotateWebhookSecret: {
    prepare: async (ask) => ({
      one: { path: `/webhook_endpoints/${await anEndpoint(ask)}/rotate_secret` },
      other: { path: `/webhook_endpoints/${await anEndpoint(ask)}/rotate_secret` },
    }),
  },
  sendTestEvent: {
    prepare: async (ask) => ({
      one: { path: `/webhook_endpoints/${await anEndpoint(ask)}/test` },
      other: { path: `/webhook_endpoints/${await anEndpoint(ask)}/test` },
    }),
  },
  replayFailedDeliveries: {
    prepare: async (ask) => {
      const path = `/webhook_endpoints/${await anEndpoint(ask)}/replay_failed`;
      const since = '2026-01-01T00:00:00Z';
      return { one: { path, body: { since } }, other: { path, body: { since, dry_run: true } } };
    },
  },
  createExportSchedule: {
    prepare: fixed(
      '/export_schedules',
      { kind: 'payments', every: 'day' },
      { kind: 'payments', every: 'week' },
    ),
  },
  createReconciliation: {
    prepare: () => {
      const path = '/reconciliations?source=native';
      const file = () => `payment_id,transaction_id\n${randomUUID()},\n`;
      return Promise.resolve({ one: { path, csv: file() }, other: { path, csv: file() } });
    },
  },
  resolveException: {
    needsKey: true,
    prepare: async (ask) => {
      const path = `${await ask.exception()}/resolve`;
      const body = { action: 'ignore', reason: 'a test row' };
      return { one: { path, body }, other: { path, body: { ...body, reason: 'another' } } };
    },
  },
  resolveExceptions: {
    prepare: async (ask) => {
      const items = [await ask.exception(), await ask.exception()].map((exception) => ({
        id: exception.replace('/exceptions/', ''),
        action: 'ignore',
        reason: 'a test row',
        idempotency_key: randomUUID(),
      }));
      const path = '/exceptions/resolve';
      return { one: { path, body: { items } }, other: { path, body: { items: items.slice(0, 1) } } };
    },
  },
  confirmResolution: {
    needsKey: true,
    prepare: async (ask) => ({
      one: { path: `${await ask.exception(true)}/confirm`, body: {} },
      other: { path: `${await ask.exception(true)}/confirm`, body: {} },
    }),
  },
  rejectResolution: {
    prepare: async (ask) => {
      const path = `${await ask.exception(true)}/reject`;
      return { one: { path, body: { reason: 'no' } }, other: { path, body: { reason: 'never' } } };
    },
  },
  acceptDispute: {
    needsKey: true,
    prepare: async (ask) => ({
      one: { path: `${await ask.dispute()}/accept` },
      other: { path: `${await ask.dispute()}/accept` },
    }),
  },
  proposeOutcome: {
    needsKey: true,
    prepare: async (ask) => {
      const path = `${await ask.inAttention()}/resolve`;
      const body = { outcome: 'failed', reason: 'a test' };
      return { one: { path, body }, other: { path, body: { ...body, outcome: 'canceled' } } };
    },
  },
  confirmOutcome: {
    needsKey: true,
    prepare: async (ask) => {
      const call = async () => ({
        path: `${await ask.inAttention(true)}/resolve/confirm`,
        body: {},
        ifMatch: '"2"',
      });
      return { one: await call(), other: await call() };
    },
  },
  unparkEvent: {
    prepare: async (ask) => ({
      one: { path: `${await ask.parkedEvent()}/unpark` },
      other: { path: `${await ask.parkedEvent()}/unpark` },
    }),
  },
  replayWebhookDelivery: {
    prepare: async (ask) => ({
      one: { path: `/webhook_deliveries/${await aDelivery(ask)}/replay` },
      other: { path: `/webhook_deliveries/${await aDelivery(ask)}/replay` },
    }),
  },
};
