import { randomUUID } from 'node:crypto';
import { aPaymentBody } from './http-app.ts';
import type { Ask } from './keyed-posts.ts';

/** One request for a resource: where the resource is read, and how it is changed. */
export type Change = Readonly<{ resource: string; method: string; path: string; body?: object }>;

/** Makes the resource, and gives two changes of it that could each be made. */
export type PrepareChanges = (ask: Ask) => Promise<readonly [Change, Change]>;

const aCard = { type: 'card', token: 'tok_visa', last4: '4242' };

const aCustomer = async (ask: Ask, methods: readonly object[] = []) => {
  const body = { email: `${randomUUID()}@example.com`, name: 'Ada Lovelace', payment_methods: methods };
  const { id, payment_methods } = await ask({ path: '/customers', body });
  return { path: `/customers/${String(id)}`, methods: payment_methods as readonly { id: string }[] };
};

const anEndpoint = async (ask: Ask) =>
  `/webhook_endpoints/${String((await ask({ path: '/webhook_endpoints', body: { url: 'http://127.0.0.1:9/h' } }))['id'])}`;

const aSchedule = async (ask: Ask) => {
  const body = { kind: 'payments', every: 'day' };
  return `/export_schedules/${String((await ask({ path: '/export_schedules', body }))['id'])}`;
};

const aMerchant = async (ask: Ask) => {
  const body = { id: `shop-${randomUUID()}`, name: 'A shop', email: 'shop@example.com' };
  return `/merchants/${String((await ask({ path: '/merchants', body }))['id'])}`;
};

const aPayment = async (ask: Ask, rest: object = {}) => {
  const body = aPaymentBody({ idempotency_key: randomUUID(), ...rest });
  return `/payments/${String((await ask({ path: '/payments', body }))['id'])}`;
};

const onItself = (resource: string, method: string, bodies: readonly (object | undefined)[], step = '') => {
  const [first, second] = bodies.map((body) => ({
    resource,
    method,
    path: `${resource}${step}`,
    ...(body === undefined ? {} : { body }),
  }));
  if (first === undefined || second === undefined) throw new Error('two changes are needed');
  return [first, second] as const;
};

const keyed = (rest: object = {}) => ({ idempotency_key: randomUUID(), ...rest });

/** Every route of the platform that takes `If-Match`, by the name it has in the document. */
export const PLATFORM_CHANGES: Readonly<Record<string, PrepareChanges>> = {
  assignException: async (ask) =>
    onItself(await ask.exception(), 'PATCH', [{ assigned_to: 'ann' }, { assigned_to: 'bob' }]),
  resolveException: async (ask) =>
    onItself(
      await ask.exception(),
      'POST',
      ['one', 'other'].map((reason) => keyed({ action: 'ignore', reason })),
      '/resolve',
    ),
  confirmResolution: async (ask) =>
    onItself(await ask.exception(true), 'POST', [keyed(), keyed()], '/confirm'),
  rejectResolution: async (ask) =>
    onItself(await ask.exception(true), 'POST', [{ reason: 'one' }, { reason: 'other' }], '/reject'),
  acceptDispute: async (ask) => onItself(await ask.dispute(), 'POST', [keyed(), keyed()], '/accept'),
  proposeOutcome: async (ask) =>
    onItself(
      await ask.inAttention(),
      'POST',
      ['one', 'other'].map((reason) => keyed({ outcome: 'failed', reason, replaces: true })),
      '/resolve',
    ),
  confirmOutcome: async (ask) =>
    onItself(await ask.inAttention(true), 'POST', [keyed(), keyed()], '/resolve/confirm'),
  changeCustomer: async (ask) =>
    onItself((await aCustomer(ask)).path, 'PATCH', [{ name: 'Ada King' }, { name: 'Ada Byron' }]),
  eraseCustomer: async (ask) => onItself((await aCustomer(ask)).path, 'DELETE', [undefined, undefined]),
  addPaymentMethod: async (ask) =>
    onItself((await aCustomer(ask)).path, 'POST', [aCard, { ...aCard, last4: '4243' }], '/payment_methods'),
  removePaymentMethod: async (ask) => {
    const { path, methods } = await aCustomer(ask, [aCard, { ...aCard, last4: '4243' }]);
    const [first, second] = methods.map(({ id }) => ({
      resource: path,
      method: 'DELETE',
      path: `${path}/payment_methods/${id}`,
    }));
    if (first === undefined || second === undefined) throw new Error('two payment methods were stored');
    return [first, second];
  },
  changeMerchant: async (ask) => onItself(await aMerchant(ask), 'PATCH', [{ name: 'B' }, { name: 'C' }]),
  changeExportSchedule: async (ask) =>
    onItself(await aSchedule(ask), 'PATCH', [{ gzip: true }, { every: 'week' }]),
  removeExportSchedule: async (ask) => onItself(await aSchedule(ask), 'DELETE', [undefined, undefined]),
  changeWebhookEndpoint: async (ask) =>
    onItself(await anEndpoint(ask), 'PATCH', [{ description: 'B' }, { description: 'C' }]),
  removeWebhookEndpoint: async (ask) => onItself(await anEndpoint(ask), 'DELETE', [undefined, undefined]),
  rotateWebhookSecret: async (ask) =>
    onItself(await anEndpoint(ask), 'POST', [undefined, undefined], '/rotate_secret'),
  capturePayment: async (ask) =>
    onItself(
      await aPayment(ask, { capture_method: 'manual' }),
      'POST',
      [keyed({ amount: 10 }), keyed({ amount: 11 })],
      '/capture',
    ),
  voidPayment: async (ask) =>
    onItself(await aPayment(ask, { capture_method: 'manual' }), 'POST', [keyed(), keyed()], '/void'),
  refundPayment: async (ask) =>
    onItself(await aPayment(ask), 'POST', [keyed({ amount: 10 }), keyed({ amount: 11 })], '/refunds'),
};
