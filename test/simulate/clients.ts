import type { ResultAsync } from 'neverthrow';
import type { OpenCustomer } from '../../src/application/customers/customer-secrets.ts';
import type { Responded } from '../../src/application/kernel/idempotency.ts';
import type { Dispute } from '../../src/domain/disputes/dispute.ts';
import type { CustomerId, DisputeId, MerchantId, PaymentId } from '../../src/domain/kernel/ids.ts';
import { money } from '../../src/domain/kernel/money.ts';
import type { ModificationRequest } from '../../src/domain/payments/modification.ts';
import { replyToClient } from '../crash/payments/replies.ts';
import type { Failed } from '../crash/trial.ts';
import { origin } from '../fixtures/changes.ts';
import { type Asked, type Correspondence, correspondence } from './correspondence.ts';
import type { PlatformRequest } from './plan.ts';
import type { ServerProcess } from './server-process.ts';
import { MERCHANTS, type World } from './world.ts';

type Wire =
  | Readonly<{
      to: 'process';
      merchantId: MerchantId;
      amount: bigint;
      isHeld: boolean;
      charged: Readonly<{ paymentMethod: string; customerId?: CustomerId }>;
    }>
  | Readonly<{ to: 'create_customer'; merchantId: MerchantId; email: string }>
  | Readonly<{
      to: 'modify';
      merchantId: MerchantId;
      paymentId: PaymentId;
      modification: ModificationRequest;
    }>
  | Readonly<{ to: 'confirm'; merchantId: MerchantId; paymentId: PaymentId }>
  | Readonly<{ to: 'transfer'; merchantId: MerchantId; amount: bigint }>
  | Readonly<{ to: 'accept_dispute'; merchantId: MerchantId; id: DisputeId }>;

type AskedHere = Asked<PlatformRequest, Wire>;

/** Clients of the platform. */
export type Clients = Correspondence<PlatformRequest, Wire> &
  Readonly<{
    /** The payment that is the clients' `of`th, when they know it by now. */
    payment(of: number): PaymentId | undefined;
  }>;

/** Refusals beside those of payments that leave the key free. */
const FREE_HERE: readonly string[] = ['CustomerExists', 'DisputeNotAcceptable'];

export function clientsOf(world: World): Clients {
  const clients = correspondence<PlatformRequest, Wire, Responded>(world, {
    nameOf: ({ type }) => type,
    rivalOf,
    wireOf: (asked, all) => wireOf(asked, all, world),
    serve,
    replyOf: (result) =>
      result.isErr() && FREE_HERE.includes(result.error.kind)
        ? { stage: 'free', text: result.error.kind }
        : replyToClient(result),
    // A confirmation has no key.
    isKeyed: ({ type }) => type !== 'confirm',
  });
  return { ...clients, payment: (of) => idFrom(takingAt(of, clients.all)) };
}

const NOT_REUSED: readonly string[] = ['reuse', 'confirm', 'void', 'accept_dispute'];

/** What is reused is the key of what has another payload. */
function rivalOf(request: PlatformRequest, all: readonly AskedHere[]): AskedHere | undefined | 'none' {
  if (request.type !== 'reuse') return undefined;
  const rivals = all.filter(({ request: { type } }) => !NOT_REUSED.includes(type));
  return rivals[request.of % Math.max(1, rivals.length)] ?? 'none';
}

function takingAt(of: number, all: readonly AskedHere[]): AskedHere | undefined {
  const asked = all.filter(({ request }) => request.type === 'process');
  return asked[of % Math.max(1, asked.length)];
}

const idFrom = (asked: AskedHere | undefined): PaymentId | undefined => {
  const ids = asked?.replies.map((reply) => /pay_[0-9a-f]{32}/.exec(reply.text)?.[0]);
  return ids?.find((id) => id !== undefined) as PaymentId | undefined;
};

function wireOf(
  { request, rival }: AskedHere,
  all: readonly AskedHere[],
  { events }: World,
): Wire | undefined {
  switch (request.type) {
    case 'process': {
      const { merchant, amount, method, isHeld } = request;
      const charged = method === 'stored' ? storedMethod(merchant, all) : { paymentMethod: method };
      return { to: 'process', merchantId: MERCHANTS[merchant], amount, isHeld, charged };
    }
    case 'create_customer':
      return {
        to: 'create_customer',
        merchantId: MERCHANTS[request.merchant],
        email: `customer-${request.email}@example.com`,
      };
    case 'transfer':
      return { to: 'transfer', merchantId: MERCHANTS[request.merchant], amount: request.amount };
    case 'accept_dispute': {
      // As they would be listed: the event of each is made with it.
      const made = events.filter(({ type }) => type === 'dispute.created');
      const about = made[request.of % Math.max(1, made.length)];
      return (
        about && {
          to: 'accept_dispute',
          merchantId: about.merchantId,
          id: about.data['id'] as DisputeId,
        }
      );
    }
    case 'reuse':
      return rival?.wire && anotherPayload(rival.wire);
    case 'capture':
    case 'refund':
    case 'void':
    case 'confirm': {
      const about = takingAt(request.of, all);
      const paymentId = idFrom(about);
      if (paymentId === undefined || about?.request.type !== 'process') return undefined;
      const of = { merchantId: MERCHANTS[about.request.merchant], paymentId };
      if (request.type === 'confirm') return { to: 'confirm', ...of };
      return { to: 'modify', ...of, modification: modificationOf(request) };
    }
  }
}

const CARD = { face: { type: 'card', last4: '4242' }, token: 'tok_simulated', asDefault: true } as const;

/** Of the first customer of the merchant's whom the client knows; a card that is not stored where it knows none. */
function storedMethod(merchant: number, all: readonly AskedHere[]) {
  const known = all
    .filter(({ request }) => request.type === 'create_customer' && request.merchant === merchant)
    .flatMap(({ replies }) => replies.map(({ text }) => /(cus_\w+) (pm_\w+)/.exec(text)))
    .find((match) => match !== null);
  const [, customerId, paymentMethod] = known ?? [];
  return customerId === undefined || paymentMethod === undefined
    ? { paymentMethod: 'card' }
    : { paymentMethod, customerId: customerId as CustomerId };
}

function modificationOf(
  request: Extract<PlatformRequest, { type: 'capture' | 'refund' | 'void' }>,
): ModificationRequest {
  switch (request.type) {
    case 'capture':
      return { type: 'capture', amount: request.amount, final: request.isFinal };
    case 'refund':
      return { type: 'refund', amount: request.amount };
    case 'void':
      return { type: 'void' };
  }
}

/** The same request of another amount, or of another email. */
function anotherPayload(wire: Wire): Wire {
  if (wire.to === 'create_customer') return { ...wire, email: `another-${wire.email}` };
  if (wire.to === 'process' || wire.to === 'transfer') return { ...wire, amount: wire.amount + 1n };
  if (wire.to !== 'modify' || wire.modification.type === 'void') return wire;
  const { modification } = wire;
  return { ...wire, modification: { ...modification, amount: (modification.amount ?? 0n) + 1n } };
}

function serve({ useCases }: ServerProcess, wire: Wire, key: string): ResultAsync<Responded, Failed> {
  const { merchantId } = wire;
  const asked = { merchantId, idempotencyKey: key, origin };
  switch (wire.to) {
    case 'process':
      return useCases.processPayment({
        ...asked,
        amount: money(wire.amount, 'USD'),
        ...wire.charged,
        captureMethod: wire.isHeld ? 'manual' : 'automatic',
      });
    case 'create_customer': {
      const { email } = wire;
      return useCases.commitUnderKey<OpenCustomer, Failed>(
        {
          key: { merchantId, operation: 'create_customer', key },
          requestId: origin.requestId,
          payload: { email },
          respond: ({ customer }) => `201 ${customer.id} ${customer.defaultMethod}`,
          sealedFor: ({ customer }) => customer,
        },
        (claimWith) =>
          useCases.createCustomer(
            { merchantId, details: { email, name: 'A customer' }, methods: [CARD], origin },
            claimWith,
          ),
      );
    }
    case 'modify':
      return useCases.modifyPayment({
        ...asked,
        paymentId: wire.paymentId,
        modification: wire.modification,
      });
    case 'confirm':
      return useCases
        .confirmPayment({ merchantId, paymentId: wire.paymentId, origin })
        .map((response) => ({ response, replayed: false }));
    case 'accept_dispute': {
      const { id } = wire;
      return useCases.commitUnderKey<Dispute, Failed>(
        {
          key: { merchantId, operation: 'accept_dispute', key },
          requestId: origin.requestId,
          payload: { id },
          respond: (accepted) => `accepted ${id} ${accepted.version}`,
        },
        (claimWith) => useCases.acceptDispute({ merchantId, id, origin }, claimWith),
      );
    }
    case 'transfer': {
      const destinationMerchantId = MERCHANTS[merchantId === MERCHANTS[0] ? 1 : 0];
      return useCases.transferMoney({ ...asked, destinationMerchantId, amount: money(wire.amount, 'USD') });
    }
  }
}
