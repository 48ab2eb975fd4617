import { errAsync, okAsync } from 'neverthrow';
import { type SimulatorLedger, simulatorLedger } from '../../../src/adapters/processor/simulator-ledger.ts';
import type { TransferPorts } from '../../../src/application/ledger/transfer-money.ts';
import type { ConfirmPorts } from '../../../src/application/payments/confirm-payment.ts';
import type { ModifyPorts } from '../../../src/application/payments/modify-payment.ts';
import type { ProcessPorts } from '../../../src/application/payments/process-payment.ts';
import type { MerchantId } from '../../../src/domain/kernel/ids.ts';
import type { Processor } from '../../../src/ports/processor.ts';
import type { Storage } from '../../../src/ports/storage.ts';
import type { Process } from '../faulty-process.ts';
import type { Outage } from '../points.ts';

const ledgers = new WeakMap<Storage, SimulatorLedger>();

/** The processor’s books, one for each store: opening them takes longer than most worlds live. */
export function ledgerOf(storage: Storage): SimulatorLedger {
  const ledger = ledgers.get(storage) ?? simulatorLedger(':memory:');
  ledgers.set(storage, ledger);
  return ledger;
}

/** A processor that at times refuses before any effect. */
export const outOfOrder = (processor: Processor, outage: () => Outage | undefined): Processor => ({
  routeOf: (config) => processor.routeOf(config),
  accepts: (paymentMethod) => processor.accepts(paymentMethod),
  charge: (order) => (outage() === undefined ? processor.charge(order) : errAsync(unavailable)),
  cancel: (query) => (outage() === undefined ? processor.cancel(query) : errAsync(unavailable)),
  move: (order) => (outage() === undefined ? processor.move(order) : errAsync(unavailable)),
  lookup: (query) => (outage()?.refuses === 'everything' ? errAsync(unavailable) : processor.lookup(query)),
});

/** A processor that knows charges by its own ids only: a modification that does not name its charge's fails the test. */
export const knowingIds = (processor: Processor, ledger: SimulatorLedger): Processor => ({
  ...processor,
  move(order) {
    if (order.chargeId !== ledger.find(order.charge)?.processorId)
      throw new Error(`${order.type} of ${order.charge} names ${order.chargeId}`);
    return processor.move(order);
  },
});

const unavailable = { kind: 'ProcessorUnavailable' } as const;
const outcomeUnknown = { kind: 'ProcessorOutcomeUnknown' } as const;
const lost = { kind: 'StorageUnavailable', cause: 'the reply was lost' } as const;

type AllPorts = ProcessPorts & ModifyPorts & ConfirmPorts & TransferPorts;
type SystemPorts = 'responses' | 'transferResponses' | 'clock' | 'ids' | 'digests' | 'vault';

type Outside = Readonly<{ storage: Storage; processor: Processor; merchantId: MerchantId }>;

/**
 * Every call of the use cases that leaves their process, as a step of it. Recovery sees the claims of one merchant only,
 * and no merchant has limits or customers, so that what these ports would ask for is never asked.
 */
export function inSteps(
  process: Process,
  { storage, processor, merchantId }: Outside,
): Omit<AllPorts, SystemPorts> {
  const { aggregates, balances, claims, commits, merchants, payments } = storage;
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
      ...merchants,
      find: (id) => process.call('find merchant', () => merchants.find(id), lost),
    },
    payments: {
      ...payments,
      find: (tenant, id) => process.call('find payment', () => payments.find(tenant, id), lost),
      transactionsOf: (tenant, id) =>
        process.call('find transactions', () => payments.transactionsOf(tenant, id), lost),
    },
    balances: {
      of: (tenant, currency) => process.call('find balance', () => balances.of(tenant, currency), lost),
    },
    aggregates: {
      ...aggregates,
      find: (tenant, kind, id) =>
        process.call('find aggregate', () => aggregates.find(tenant, kind, id), lost),
    },
    processor: {
      routeOf: (config) => processor.routeOf(config),
      accepts: (paymentMethod) => processor.accepts(paymentMethod),
      charge: (order) => process.call('charge', () => processor.charge(order), outcomeUnknown),
      cancel: (query) => process.call('cancel', () => processor.cancel(query), outcomeUnknown),
      move: (order) => process.call('move', () => processor.move(order), outcomeUnknown),
      lookup: (query) => process.call('look up', () => processor.lookup(query), unavailable),
    },
    paymentMethods: { resolve: (_merchantId, _customerId, paymentMethod) => okAsync(paymentMethod) },
    admit: () => okAsync(undefined),
    admitConfirmation: () => okAsync(undefined),
  };
}
