import { okAsync, type ResultAsync } from 'neverthrow';
import { simulatedProcessor } from '../../../src/adapters/processor/simulator.ts';
import { simulatedCustomers } from '../../../src/adapters/processor/simulator-customers.ts';
import type { SimulatorLedger } from '../../../src/adapters/processor/simulator-ledger.ts';
import { systemIds } from '../../../src/adapters/system/ids.ts';
import type { Responded } from '../../../src/application/kernel/idempotency.ts';
import { transferMoney } from '../../../src/application/ledger/transfer-money.ts';
import { confirmPayment } from '../../../src/application/payments/confirm-payment.ts';
import { modifyPayment } from '../../../src/application/payments/modify-payment.ts';
import { processPayment } from '../../../src/application/payments/process-payment.ts';
import { recoverPayments } from '../../../src/application/payments/recover-payments.ts';
import type { ClaimKey, OpenClaim } from '../../../src/domain/kernel/claim.ts';
import type { MerchantId, PaymentId } from '../../../src/domain/kernel/ids.ts';
import type { Instant } from '../../../src/domain/kernel/instant.ts';
import { money } from '../../../src/domain/kernel/money.ts';
import { AUTHORIZATION_EXPIRED } from '../../../src/domain/payments/transaction.ts';
import { httpTransferResponseEncoder } from '../../../src/entrypoints/http/ledger/transfers.ts';
import { httpResponseEncoder } from '../../../src/entrypoints/http/payments/stored-responses.ts';
import type { Storage } from '../../../src/ports/storage.ts';
import type { StorageUnavailable } from '../../../src/ports/unavailable.ts';
import { digests, NOON, origin, terms } from '../../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../../fixtures/merchants.ts';
import { aVault } from '../../fixtures/vault.ts';
import type { Process } from '../faulty-process.ts';
import type { Outage } from '../points.ts';
import type { Failed, Sent, Span, World } from '../trial.ts';
import { endFaults, openClaims, traces } from './ending.ts';
import { inSteps, knowingIds, ledgerOf, outOfOrder } from './outside.ts';
import { FREE_REFUSALS, type ReplyToClient, replyFaults, replyToClient } from './replies.ts';
import { type Request, type Scenario, TAKEN } from './scenarios.ts';

export type SentRequest = Sent<Request>;

/** What the checks at the end look at. */
export type Scene = Readonly<{
  storage: Storage;
  /** The processor's books. */
  ledger: SimulatorLedger;
  /** Who asks, and who gets the transfers. */
  merchants: Readonly<{ own: MerchantId; other: MerchantId }>;
  now(): Instant;
  claimKeyOf(sent: SentRequest): ClaimKey;
}>;

/** The part of shared books that is asked for through it. */
function partOf(ledger: SimulatorLedger): SimulatorLedger {
  const judged = new Set<string>();
  return {
    ...ledger,
    record(order, verdict) {
      judged.add(order.reference);
      return ledger.record(order, verdict);
    },
    move(order, judge) {
      judged.add(order.reference);
      return ledger.move(order, judge);
    },
    references: () => [...judged].filter((reference) => ledger.find(reference) !== undefined),
    close: () => {},
  };
}

/** Until the request that is looked at has been sent, a payment is left to wait for its customer: no answer of it is kept. */
const isWaiting = ({ state, kept }: OpenClaim, sent: readonly SentRequest[]): boolean =>
  state === 'unknown' && kept === undefined && sent.every(({ key }) => key.startsWith('before-'));

let worlds = 0;

/** One payment of a merchant of its own, what is done with it, and transfers. `recounts`: summaries are compared, too. */
export async function paymentsWorld(
  storage: Storage,
  scenario: Scenario,
  recounts: boolean,
): Promise<World<Request, Responded>> {
  const name = `world-${++worlds}`;
  const { refundsNeedBalance = false, before, request: requested, rival } = scenario;
  const [own, other] = [aMerchant(`${name}-own`, { refundsNeedBalance }), aMerchant(`${name}-other`)];
  const isSending = [...before, requested, rival].some((request) => request?.type === 'transfer');
  await addMerchants(storage, isSending ? [own, other] : [own]);
  const merchantId = own.id;
  const ledger = partOf(ledgerOf(storage));
  let now = NOON;
  let outage: Outage | undefined;
  const clock = { now: () => now };
  const processor = outOfOrder(knowingIds(simulatedProcessor(ledger, clock), ledger), () => outage);
  /** What a customer does, and a confirmation of it, is about the payment's own claim. */
  const claimKeyOf = ({ request: { type }, key }: SentRequest): ClaimKey =>
    type === 'customer' || type === 'confirm'
      ? claimKeyOf(theOpening())
      : { merchantId, operation: type, key };
  const merchants = { own: own.id, other: other.id };
  const scene: Scene = { storage, ledger, merchants, now: clock.now, claimKeyOf };
  const replies = new Map<SentRequest, (ReplyToClient & Span)[]>();
  const vault = aVault(clock);
  const portsOf = (process: Process) => ({
    ...inSteps(process, { storage, processor, merchantId }),
    responses: httpResponseEncoder,
    transferResponses: httpTransferResponseEncoder,
    clock,
    ids: systemIds,
    digests,
    vault,
  });

  const customers = simulatedCustomers(ledger, clock);

  let opening: SentRequest | undefined;
  let taken: PaymentId | undefined;
  function theOpening(): SentRequest {
    if (opening === undefined) throw new Error('there is no payment to modify');
    return opening;
  }
  /** The client knows which payment it is since it was taken. */
  const thePayment = (): ResultAsync<PaymentId, StorageUnavailable> => {
    if (taken !== undefined) return okAsync(taken);
    return storage.claims.find(claimKeyOf(theOpening()), now).map((claim) => {
      if (claim?.paymentId === undefined) throw new Error('the payment has no claim');
      taken = claim.paymentId;
      return taken;
    });
  };

  function serve(process: Process, sent: SentRequest): ResultAsync<Responded, Failed> {
    const { request, key } = sent;
    const ports = portsOf(process);
    const asked = { merchantId, idempotencyKey: key, origin };
    switch (request.type) {
      case 'process': {
        opening = sent;
        const { paymentMethod, captureMethod } = request;
        const amount = money(TAKEN, 'USD');
        return processPayment(ports, terms)({ ...asked, amount, paymentMethod, captureMethod });
      }
      case 'capture':
      case 'refund':
      case 'void':
        return thePayment().andThen((paymentId) =>
          modifyPayment(ports, terms)({ ...asked, paymentId, modification: request }),
        );
      case 'expire':
        return thePayment().andThen((paymentId) =>
          modifyPayment(
            ports,
            terms,
          )({
            ...asked,
            paymentId,
            operation: 'expire',
            modification: { type: 'void' },
            reason: AUTHORIZATION_EXPIRED,
          }),
        );
      case 'customer':
        return thePayment().map((paymentId) => ({
          response: `201 acted\n${customers.act(paymentId, request.choice)}`,
          replayed: false,
        }));
      case 'confirm':
        return thePayment()
          .andThen((paymentId) => confirmPayment(ports, terms)({ merchantId, paymentId, origin }))
          .map((response) => ({ response, replayed: false }));
      case 'transfer': {
        const amount = money(request.amount, 'USD');
        return transferMoney(ports, terms)({ ...asked, destinationMerchantId: other.id, amount });
      }
    }
  }

  return {
    leaseMs: terms.leaseMs,
    pass(lengthMs) {
      now += lengthMs;
    },
    beginOutage(begun) {
      outage = begun;
    },
    endOutage() {
      outage = undefined;
    },
    serve,
    recover: (process) => recoverPayments(portsOf(process), terms)(100),
    replied(sent, reply, span) {
      const heard = replyToClient(reply);
      if (heard !== undefined) replies.set(sent, [...(replies.get(sent) ?? []), { ...heard, ...span }]);
    },
    meaningOf: ({ kind }) => {
      if (FREE_REFUSALS.includes(kind)) return 'answer';
      if (kind === 'IdempotencyInFlight') return 'in flight';
      return kind === 'ProcessorUnavailable' || kind === 'BalanceContended' ? 'come back' : 'defect';
    },
    traces: (sent) => traces(scene, sent),
    isOpen: async (sent) =>
      (await openClaims(scene, sent)).some((claim) =>
        isWaiting(claim, sent) ? false : claim.state !== 'retryable' || claim.dueAt <= now,
      ),
    heldForMs: async (sent) =>
      (await openClaims(scene, sent)).some(({ state }) => state === 'retryable') ? terms.keepResponsesMs : 0,
    endFaults: async (sent) => [
      ...[...replies].flatMap(([{ request }, heard]) =>
        replyFaults(heard).map((fault) => `${request.type}: ${fault}`),
      ),
      ...(await endFaults(scene, scenario, sent, recounts)),
    ],
  };
}
