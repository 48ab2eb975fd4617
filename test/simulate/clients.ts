import type { ResultAsync } from 'neverthrow';
import type { Responded } from '../../src/application/kernel/idempotency.ts';
import type { MerchantId, PaymentId } from '../../src/domain/kernel/ids.ts';
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
  | Readonly<{ to: 'process'; merchantId: MerchantId; amount: bigint; method: string; isHeld: boolean }>
  | Readonly<{
      to: 'modify';
      merchantId: MerchantId;
      paymentId: PaymentId;
      modification: ModificationRequest;
    }>
  | Readonly<{ to: 'confirm'; merchantId: MerchantId; paymentId: PaymentId }>
  | Readonly<{ to: 'transfer'; merchantId: MerchantId; amount: bigint }>;

type AskedHere = Asked<PlatformRequest, Wire>;

/** Clients of the platform. */
export type Clients = Correspondence<PlatformRequest, Wire> &
  Readonly<{
    /** The payment that is the clients' `of`th, when they know it by now. */
    payment(of: number): PaymentId | undefined;
  }>;

export function clientsOf(world: World): Clients {
  const clients = correspondence<PlatformRequest, Wire, Responded>(world, {
    nameOf: ({ type }) => type,
    rivalOf,
    wireOf,
    serve,
    replyOf: replyToClient,
    // A confirmation has no key.
    isKeyed: ({ type }) => type !== 'confirm',
  });
  return { ...clients, payment: (of) => idFrom(takingAt(of, clients.all)) };
}

/** What is reused is the key of what has an amount. */
function rivalOf(request: PlatformRequest, all: readonly AskedHere[]): AskedHere | undefined | 'none' {
  if (request.type !== 'reuse') return undefined;
  const rivals = all.filter(({ request: { type } }) => !['reuse', 'confirm', 'void'].includes(type));
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

function wireOf({ request, rival }: AskedHere, all: readonly AskedHere[]): Wire | undefined {
  switch (request.type) {
    case 'process': {
      const { merchant, amount, method, isHeld } = request;
      return { to: 'process', merchantId: MERCHANTS[merchant], amount, method, isHeld };
    }
    case 'transfer':
      return { to: 'transfer', merchantId: MERCHANTS[request.merchant], amount: request.amount };
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

/** The same request of another amount. */
function anotherPayload(wire: Wire): Wire {
  if (wire.to === 'process' || wire.to === 'transfer') return { ...wire, amount: wire.amount + 1n };
  if (wire.to === 'confirm' || wire.modification.type === 'void') return wire;
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
        paymentMethod: wire.method,
        captureMethod: wire.isHeld ? 'manual' : 'automatic',
      });
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
    case 'transfer': {
      const destinationMerchantId = MERCHANTS[merchantId === MERCHANTS[0] ? 1 : 0];
      return useCases.transferMoney({ ...asked, destinationMerchantId, amount: money(wire.amount, 'USD') });
    }
  }
}
