import { errAsync } from 'neverthrow';
import { simulatedProcessor } from '../../src/adapters/processor/simulator.ts';
import { type SimulatorLedger, simulatorLedger } from '../../src/adapters/processor/simulator-ledger.ts';
import { systemIds } from '../../src/adapters/system/ids.ts';
import { type ProcessPorts, processPayment } from '../../src/application/process-payment.ts';
import { recoverPayments } from '../../src/application/recover-payments.ts';
import type { ClaimKey } from '../../src/domain/claim.ts';
import type { MerchantId } from '../../src/domain/ids.ts';
import type { Instant } from '../../src/domain/instant.ts';
import { money } from '../../src/domain/money.ts';
import { httpAnswers } from '../../src/entrypoints/http/answers.ts';
import type { Processor } from '../../src/ports/processor.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { aKey, aMerchantId, digests, NOON, origin, terms } from '../fixtures/changes.ts';
import type { Outage, Scenario } from './scenarios.ts';
import type { Process } from './steps.ts';

/** All that outlives a process: the store, the processor's books, the time. One merchant with one key. */
export type World = Readonly<{
  storage: Storage;
  ledger: SimulatorLedger;
  /** Every reference that the processor was ever asked to charge, refused ones aside. */
  charged: ReadonlySet<string>;
  key: ClaimKey;
  now(): Instant;
  pass(lengthMs: number): void;
  beginOutage(outage: Outage): void;
  endOutage(): void;
  /** The client's request, as `process` serves it. */
  ask(process: Process): ReturnType<ReturnType<typeof processPayment>>;
  /** One round of recovery in `process`, over this merchant's claims only. */
  recover(process: Process): ReturnType<ReturnType<typeof recoverPayments>>;
}>;

let merchants = 0;

export async function aWorld(storage: Storage, scenario: Scenario): Promise<World> {
  const merchantId = aMerchantId(`merchant-${++merchants}`);
  const merchant = { name: 'A', email: 'a@example.com', status: 'active', maxPaymentAmount: 0n } as const;
  (await storage.merchants.addIfAbsent({ ...merchant, id: merchantId, version: 1 }))._unsafeUnwrap();
  const key: ClaimKey = { merchantId, operation: 'process', key: aKey() };
  const ledger = simulatorLedger(':memory:');
  const charged = new Set<string>();
  let now = NOON;
  let outage: Outage | undefined;
  const clock = { now: () => now };
  const processor = outOfOrder(
    simulatedProcessor(
      {
        ...ledger,
        record(order, verdict) {
          charged.add(order.reference);
          return ledger.record(order, verdict);
        },
      },
      clock,
    ),
    () => outage,
  );
  const portsOf = (process: Process): ProcessPorts => ({
    ...inSteps(process, { storage, processor, merchantId }),
    answers: httpAnswers,
    clock,
    ids: systemIds,
    digests,
  });
  const { captureMethod, paymentMethod } = scenario;
  const amount = money(2_500n, 'USD');
  const request = { merchantId, idempotencyKey: key.key, amount, paymentMethod, captureMethod, origin };
  return {
    storage,
    ledger,
    charged,
    key,
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
    ask: (process) => processPayment(portsOf(process), terms)(request),
    recover: (process) => recoverPayments(portsOf(process), terms)(100),
  };
}

/** A processor that at times refuses before any effect. */
const outOfOrder = (processor: Processor, outage: () => Outage | undefined): Processor => ({
  accepts: (paymentMethod) => processor.accepts(paymentMethod),
  charge: (order) =>
    outage() === undefined ? processor.charge(order) : errAsync({ kind: 'ProcessorUnavailable' }),
  lookup: (reference) =>
    outage()?.refuses === 'everything'
      ? errAsync({ kind: 'ProcessorUnavailable' })
      : processor.lookup(reference),
});

type Outside = Readonly<{ storage: Storage; processor: Processor; merchantId: MerchantId }>;

/** Every call that leaves the process, as a step of it. */
function inSteps(process: Process, { storage, processor, merchantId }: Outside) {
  const lost = { kind: 'StorageUnavailable', cause: 'the reply was lost' } as const;
  const { claims, commits, merchants: tenants, payments } = storage;
  return {
    commits: {
      commit: (change) => process.call('commit', () => commits.commit(change), lost),
    },
    claims: {
      find: (key, at) => process.call('find claim', () => claims.find(key, at), lost),
      due: (at, limit) =>
        process
          .call('due claims', () => claims.due(at, 10_000), lost)
          .map((keys) => keys.filter((key) => key.merchantId === merchantId).slice(0, limit)),
    },
    merchants: {
      ...tenants,
      find: (id) => process.call('find merchant', () => tenants.find(id), lost),
    },
    payments: {
      ...payments,
      find: (tenant, id) => process.call('find payment', () => payments.find(tenant, id), lost),
    },
    processor: {
      accepts: (paymentMethod) => processor.accepts(paymentMethod),
      charge: (order) =>
        process.call('charge', () => processor.charge(order), { kind: 'ProcessorOutcomeUnknown' }),
      lookup: (reference) =>
        process.call('look up', () => processor.lookup(reference), { kind: 'ProcessorUnavailable' }),
    },
  } satisfies Pick<ProcessPorts, 'commits' | 'claims' | 'merchants' | 'payments' | 'processor'>;
}
