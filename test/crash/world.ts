import { okAsync, type ResultAsync } from 'neverthrow';
import { simulatedProcessor } from '../../src/adapters/processor/simulator.ts';
import { type SimulatorLedger, simulatorLedger } from '../../src/adapters/processor/simulator-ledger.ts';
import { systemIds } from '../../src/adapters/system/ids.ts';
import type { Responded } from '../../src/application/kernel/idempotency.ts';
import type { Recovered } from '../../src/application/kernel/recovery-round.ts';
import { type TransferFailure, transferMoney } from '../../src/application/ledger/transfer-money.ts';
import { type ModifyPaymentFailure, modifyPayment } from '../../src/application/payments/modify-payment.ts';
import {
  type ProcessPaymentFailure,
  processPayment,
} from '../../src/application/payments/process-payment.ts';
import { recoverPayments } from '../../src/application/payments/recover-payments.ts';
import type { ClaimKey } from '../../src/domain/kernel/claim.ts';
import type { MerchantId, PaymentId } from '../../src/domain/kernel/ids.ts';
import type { Instant } from '../../src/domain/kernel/instant.ts';
import { money } from '../../src/domain/kernel/money.ts';
import { httpTransferResponseEncoder } from '../../src/entrypoints/http/ledger/transfers.ts';
import { httpResponseEncoder } from '../../src/entrypoints/http/payments/stored-responses.ts';
import type { Storage } from '../../src/ports/storage.ts';
import type { StorageUnavailable } from '../../src/ports/unavailable.ts';
import { aKey, digests, NOON, origin, terms } from '../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../fixtures/merchants.ts';
import { inSteps, outOfOrder } from './outside.ts';
import { type Outage, type Request, TAKEN } from './scenarios.ts';
import type { Process } from './steps.ts';

/** A request under its key, to be asked any number of times. */
export type Asked = Readonly<{ request: Request; key: ClaimKey }>;

export type AskFailure = ProcessPaymentFailure | ModifyPaymentFailure | TransferFailure;

/** All that outlives a process: the store, the processor's books, the time. */
export type World = Readonly<{
  storage: Storage;
  /** The processor's books. */
  ledger: SimulatorLedger;
  /** Who asks, and who gets the transfers. */
  merchants: Readonly<{ own: MerchantId; other: MerchantId }>;
  now(): Instant;
  pass(lengthMs: number): void;
  beginOutage(outage: Outage): void;
  endOutage(): void;
  /** Gives a request a key that nobody has used. */
  underNewKey(request: Request): Asked;
  /** The client's request, as `process` serves it. */
  ask(process: Process, asked: Asked): ResultAsync<Responded, AskFailure>;
  /** One round of recovery in `process`, over this world's claims only. */
  recover(process: Process): ResultAsync<Recovered, StorageUnavailable>;
}>;

let worlds = 0;

export async function aWorld(storage: Storage): Promise<World> {
  const name = `world-${++worlds}`;
  const [own, other] = [aMerchant(`${name}-own`), aMerchant(`${name}-other`)];
  await addMerchants(storage, [own, other]);
  const merchantId = own.id;
  const ledger = simulatorLedger(':memory:');
  let now = NOON;
  let outage: Outage | undefined;
  const clock = { now: () => now };
  const processor = outOfOrder(simulatedProcessor(ledger, clock), () => outage);
  const portsOf = (process: Process) => ({
    ...inSteps(process, { storage, processor, merchantId }),
    responses: httpResponseEncoder,
    transferResponses: httpTransferResponseEncoder,
    clock,
    ids: systemIds,
    digests,
  });

  let taken: PaymentId | undefined;
  /** Which payment it is, the client was told when it was taken. */
  const thePayment = (): ResultAsync<PaymentId, StorageUnavailable> =>
    taken === undefined
      ? storage.payments.list(merchantId, {}, { limit: 1 }).map(([payment]) => {
          if (payment === undefined) throw new Error('there is no payment to move');
          taken = payment.id;
          return taken;
        })
      : okAsync(taken);

  function ask(process: Process, { request, key }: Asked): ResultAsync<Responded, AskFailure> {
    const ports = portsOf(process);
    const asked = { merchantId, idempotencyKey: key.key, origin };
    switch (request.type) {
      case 'process': {
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
      case 'transfer': {
        const amount = money(request.amount, 'USD');
        return transferMoney(ports, terms)({ ...asked, destinationMerchantId: other.id, amount });
      }
    }
  }

  return {
    storage,
    ledger,
    merchants: { own: own.id, other: other.id },
    now: clock.now,
    pass(lengthMs) {
      now += lengthMs;
    },
    beginOutage(begun) {
      outage = begun;
    },
    endOutage() {
      outage = undefined;
    },
    underNewKey: (request) => ({ request, key: { merchantId, operation: request.type, key: aKey() } }),
    ask,
    recover: (process) => recoverPayments(portsOf(process), terms)(100),
  };
}
