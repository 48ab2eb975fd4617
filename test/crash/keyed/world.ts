import { okAsync, type Result, type ResultAsync } from 'neverthrow';
import { givenRing } from '../../../src/adapters/keys/given-ring.ts';
import { ringKeys } from '../../../src/adapters/keys/secret-keys.ts';
import { localVault } from '../../../src/adapters/keys/vault.ts';
import { simulatedProcessor } from '../../../src/adapters/processor/simulator.ts';
import { systemIds } from '../../../src/adapters/system/ids.ts';
import { createCustomer } from '../../../src/application/customers/create-customer.ts';
import type { OpenCustomer } from '../../../src/application/customers/customer-secrets.ts';
import {
  type AddedPaymentMethod,
  addPaymentMethod,
} from '../../../src/application/customers/payment-methods.ts';
import { updateCustomer } from '../../../src/application/customers/update-customer.ts';
import type { Responded } from '../../../src/application/kernel/idempotency.ts';
import { commitUnderKey } from '../../../src/application/kernel/keyed-commit.ts';
import { createMerchant } from '../../../src/application/merchants/create-merchant.ts';
import { recoverPayments } from '../../../src/application/payments/recover-payments.ts';
import {
  createEndpoint,
  type EndpointWithSecret,
} from '../../../src/application/webhooks/create-endpoint.ts';
import { rotateEndpointSecret } from '../../../src/application/webhooks/rotate-endpoint-secret.ts';
import { updateEndpoint } from '../../../src/application/webhooks/update-endpoint.ts';
import type { ClaimKey, Operation } from '../../../src/domain/kernel/claim.ts';
import type { CustomerId, DeliveryId, WebhookEndpointId } from '../../../src/domain/kernel/ids.ts';
import { jsonText } from '../../../src/domain/kernel/json.ts';
import type { Merchant } from '../../../src/domain/merchants/merchant.ts';
import type { Storage } from '../../../src/ports/storage.ts';
import { aMerchantId, digests, NOON, origin, terms } from '../../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../../fixtures/merchants.ts';
import type { Process } from '../faulty-process.ts';
import { ledgerOf } from '../payments/outside.ts';
import type { Failed, Sent, World } from '../trial.ts';
import { keyedInSteps } from './outside.ts';
import type { Request, Scenario } from './scenarios.ts';
import { undelivered } from './undelivered.ts';
import { lastingAnswers, serveWork } from './worked.ts';

const OPERATIONS: Readonly<Record<Request['type'], Operation>> = {
  customer: 'create_customer',
  'payment method': 'add_payment_method',
  merchant: 'create_merchant',
  endpoint: 'create_endpoint',
  rotation: 'rotate_secret',
  'test event': 'send_test_event',
  replay: 'replay_delivery',
  'replay of what failed': 'replay_failed',
  batch: 'process_batch',
};

const withSecret = {
  respond: ({ secret }: EndpointWithSecret) => secret,
  sealedFor: ({ endpoint }: EndpointWithSecret) => endpoint,
};

const isRight = ({ request, answer }: Scenario, name: string, texts: ReadonlySet<string>): boolean =>
  answer === undefined || !name.startsWith(`${request.type} `) || texts.has(answer);

/** What makes payments, and what makes deliveries: without either none of them has to be looked for before the end. */
const makesPayments = ({ request }: Scenario): boolean => request.type === 'batch';
const makesDeliveries = ({ request }: Scenario): boolean =>
  request.type === 'test event' || request.type.startsWith('replay');

let worlds = 0;

/** Requests of one merchant under keys, each of which makes one thing or changes it once. */
export async function keyedWorld(storage: Storage, scenario: Scenario): Promise<World<Request, Responded>> {
  const name = `keyed-${++worlds}`;
  const merchantId = aMerchantId(name);
  const opened = aMerchantId(`${name}-opened`);
  await addMerchants(storage, [aMerchant(name)]);
  const ring = givenRing([{ id: 'test', secret: Buffer.alloc(32, 7).toString('base64url') }]);
  const secretKeys = ringKeys(ring);
  let now = NOON;
  const clock = { now: () => now };
  const vault = localVault(secretKeys, clock);
  const processor = simulatedProcessor(ledgerOf(storage), clock);
  const deliveries = undelivered(storage, merchantId);
  const replies = new Map<string, Set<string>>();

  const claimKeyOf = ({ request, key }: Sent<Request>): ClaimKey => ({
    merchantId,
    operation: OPERATIONS[request.type],
    key,
  });

  const portsOf = (process: Process) => ({
    ...keyedInSteps(process, { storage, processor, merchantId }),
    secretKeys,
    vault,
    clock,
    ids: systemIds,
    digests,
  });

  const paymentsIn = async () => (await storage.payments.list(merchantId, {}, { limit: 10 }))._unsafeUnwrap();
  const customerIn = () => storage.aggregates.list(merchantId, 'customer', { limit: 10 });
  const endpointIn = () => storage.aggregates.list(merchantId, 'webhook_endpoint', { limit: 10 });

  function serve(process: Process, sent: Sent<Request>): ResultAsync<Responded, Failed> {
    const ports = portsOf(process);
    const once = { key: claimKeyOf(sent), requestId: 'first', payload: { key: sent.key } };
    const commit = commitUnderKey(ports, terms);
    switch (sent.request.type) {
      case 'customer': {
        const details = { email: `${sent.key}@example.com`, name: 'Ada Lovelace' };
        return commit<OpenCustomer, Failed>(
          {
            ...once,
            respond: ({ customer: { id } }) => jsonText({ id, ...details }),
            sealedFor: ({ customer }) => customer,
          },
          (claimWith) => createCustomer(ports)({ merchantId, details, origin }, claimWith),
        );
      }
      case 'payment method':
        return customerIn().andThen(([found]) => {
          const target = { merchantId, id: found?.id as CustomerId, origin };
          const face = { type: 'card', last4: '4242' } as const;
          const add = addPaymentMethod({ ...ports, updateCustomer: updateCustomer(ports) });
          return commit<AddedPaymentMethod, Failed>(
            { ...once, respond: ({ method: { id } }) => id, sealedFor: ({ customer }) => customer },
            (claimWith) =>
              add({ ...target, method: { face, token: 'tok_visa', asDefault: false } }, claimWith),
          );
        });
      case 'merchant': {
        const shop = { id: opened, name: 'A shop', email: 'shop@example.com', origin };
        return commit<Merchant, Failed>(
          { ...once, respond: ({ createdAt }) => `opened ${createdAt}` },
          (claimWith) => createMerchant(ports)(shop, claimWith),
        );
      }
      case 'endpoint': {
        const order = { merchantId, url: 'https://shop.example.com', events: ['*'] as const, origin };
        return commit<EndpointWithSecret, Failed>({ ...once, ...withSecret }, (claimWith) =>
          createEndpoint(ports)(order, claimWith),
        );
      }
      case 'rotation':
        return endpointIn().andThen(([found]) => {
          const target = { merchantId, id: found?.id as WebhookEndpointId, origin };
          const rotate = rotateEndpointSecret({ ...ports, updateEndpoint: updateEndpoint(ports) });
          return commit<EndpointWithSecret, Failed>({ ...once, ...withSecret }, (claimWith) =>
            rotate(target, claimWith),
          );
        });
      case 'test event':
      case 'replay':
      case 'replay of what failed':
      case 'batch': {
        const { type } = sent.request;
        return endpointIn()
          .map(async ([endpoint]) => {
            const ready = type !== 'test event' && endpoint?.status === 'enabled';
            const delivery = ready ? await deliveries.prepare(endpoint) : undefined;
            return {
              merchantId,
              endpoint: endpoint?.id as WebhookEndpointId,
              delivery: delivery as DeliveryId,
            };
          })
          .andThen((target) => serveWork(ports, type, once.key, target));
      }
    }
  }

  return {
    leaseMs: terms.leaseMs,
    pass(lengthMs) {
      now += lengthMs;
    },
    beginOutage: () => {},
    endOutage: () => {},
    serve,
    recover: (process) =>
      okAsync(undefined)
        .map(() => (makesDeliveries(scenario) ? deliveries.fail() : undefined))
        .andThen(() => recoverPayments(portsOf(process), terms)(100)),
    replied(sent, reply: Result<Responded, Failed>) {
      if (reply.isErr()) return;
      for (const [item, answer] of lastingAnswers(reply.value.response)) {
        const name = `${sent.request.type} ${sent.key} ${item}`;
        replies.set(name, (replies.get(name) ?? new Set()).add(answer));
      }
    },
    meaningOf: ({ kind }) => (kind === 'IdempotencyInFlight' ? 'in flight' : 'defect'),
    traces: async (sent) =>
      String((await storage.claims.find(claimKeyOf(sent), now))._unsafeUnwrap()?.state ?? 'none'),
    isOpen: async () =>
      makesPayments(scenario) && (await paymentsIn()).some(({ status }) => status === 'processing'),
    heldForMs: () => Promise.resolve(0),
    endFaults: async () => {
      const end = await endText();
      return [
        ...(scenario.ends.includes(end) ? [] : [`it ended with ${end}`]),
        ...[...replies].flatMap(([each, texts]) =>
          texts.size === 1 && isRight(scenario, each, texts)
            ? []
            : [`${each} was given ${[...texts].join(' and ')}`],
        ),
      ];
    },
  };

  /** What there is, in the words of `Scenario.ends`. */
  async function endText(): Promise<string> {
    const customers = (await customerIn())._unsafeUnwrap();
    const endpoints = (await endpointIn())._unsafeUnwrap();
    const merchant = (await storage.merchants.find(opened))._unsafeUnwrap();
    const methods = customers.flatMap((each) => (each.status === 'active' ? each.paymentMethods : []));
    const payments = await paymentsIn();
    const rotations = endpoints.reduce((sum, { version }) => sum + version - 1, 0);
    const counts = {
      customer: customers.length,
      'payment method': methods.length,
      merchant: merchant === undefined ? 0 : 1,
      endpoint: endpoints.length,
      rotation: rotations,
      delivery: await deliveries.replays(),
      payment: payments.filter(({ status }) => status === 'succeeded').length,
    };
    return Object.entries(counts)
      .filter(([, count]) => count > 0)
      .map(([what, count]) => (count === 1 ? `1 ${what}` : `${count} ${what.replace(/y$/, 'ie')}s`))
      .join(', ');
  }
}
