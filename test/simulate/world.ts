import type { ApprovalsStore } from '../../src/adapters/memory/approvals/store.ts';
import { memoryStorage } from '../../src/adapters/memory/storage.ts';
import { type MemoryStore, memoryStore } from '../../src/adapters/memory/store.ts';
import type { SimulatorLedger } from '../../src/adapters/processor/simulator-ledger.ts';
import type { ApprovalsPorts } from '../../src/application/approvals/approvals-use-cases.ts';
import { aggregateChange } from '../../src/application/kernel/aggregate-change.ts';
import type { Ports } from '../../src/application/use-cases.ts';
import { createEndpoint } from '../../src/application/webhooks/create-endpoint.ts';
import { makeResultsPlain } from '../../src/composition/plain-results.ts';
import type { DomainEvent } from '../../src/domain/kernel/events.ts';
import type { MerchantId } from '../../src/domain/kernel/ids.ts';
import { amountsOf } from '../../src/domain/payments/payment.ts';
import type { ApprovalsStorage } from '../../src/ports/approvals/approvals-storage.ts';
import type { Change } from '../../src/ports/commits.ts';
import type { Ids } from '../../src/ports/ids.ts';
import type { ObjectStore } from '../../src/ports/object-store.ts';
import type { Processor } from '../../src/ports/processor.ts';
import type { ProcessorDisputes } from '../../src/ports/processor-disputes.ts';
import type { Storage } from '../../src/ports/storage.ts';
import type { WebhookSender } from '../../src/ports/webhook-sender.ts';
import { aMerchantId, digests, NOON, origin } from '../fixtures/changes.ts';
import { aMerchant } from '../fixtures/merchants.ts';
import { type ApprovalsWorld, approvalsWorld } from './approvals-world.ts';
import { type Draws, drawsOf } from './draws.ts';
import { type EventLoop, eventLoop } from './event-loop.ts';
import type { Issuer } from './issuer.ts';
import { commonPorts, type Outage, processorBehind, type Received, receiversBehind } from './outside.ts';
import { filesIn } from './simulated-files.ts';
import { simulatedIds } from './simulated-ids.ts';
import { inSteps, type Steps, stepsOn } from './steps.ts';

/** The second needs its balance for refunds. */
export const MERCHANTS: readonly [MerchantId, MerchantId] = [
  aMerchantId('merchant-a'),
  aMerchantId('merchant-b'),
];

/** Puts an old fault back, to see that it is found: in the storage, or in any port, as processes have them. */
export type Breaking = Readonly<{
  storage?: (storage: Storage, store: MemoryStore) => Storage;
  ports?: (ports: Ports) => Ports;
  approvals?: (ports: ApprovalsPorts) => ApprovalsPorts;
  approvalsStorage?: (storage: ApprovalsStorage, store: ApprovalsStore) => ApprovalsStorage;
}>;

/** All that outlives processes: the time, the store, the processor, the receivers, and what the checks look at. */
export type World = Readonly<{
  loop: EventLoop;
  draws: Draws;
  steps: Steps;
  ids: Ids;
  store: MemoryStore;
  /** As it is, for the checks. */
  storage: Storage;
  /** As processes have it: each call is a step. */
  stored: Storage;
  processor: Processor;
  books: SimulatorLedger;
  issuer: Issuer;
  processorDisputes: ProcessorDisputes;
  /** As it is, for the checks. */
  objects: ObjectStore;
  /** As processes have them. */
  files: Pick<Ports, 'objects' | 'csvFiles'>;
  sender: WebhookSender;
  received: readonly Received[];
  outages: Map<Outage, number>;
  endTrouble(): void;
  approvals: ApprovalsWorld;
  approvalsStored: ApprovalsStorage;
  breaking: Breaking;
  /** All events that were ever committed, in the order of their commits. */
  events: readonly DomainEvent[];
  /** Ids of events in the order in which they first reached the event log. */
  logged: ReadonlySet<string>;
  /** By the id of an export, those of the payments and ledger entries that its merchant had when it was ordered. */
  hadWhenOrdered: ReadonlyMap<string, ReadonlySet<string>>;
  note(line: string): void;
  trace: readonly string[];
  fault(text: string): void;
  faults: readonly string[];
}>;

/** A batch is then of few rows, so that a file of some has several. */
const MOST_CHANGE_ROWS = 20;

const gone = { kind: 'StorageUnavailable', cause: 'simulated' } as const;
const SILENCE = { lost: gone, refused: gone };
const sinkGone = { kind: 'SinkUnavailable', cause: 'simulated' } as const;
const SINK_SILENCE = { lost: sinkGone, refused: sinkGone };
/** Ports that stand in for a queue and a bus, and are silent as those are. */
const SINKS: readonly string[] = ['approvalQueue', 'eventBus'];

// As both services have them.
makeResultsPlain();

/** Two merchants with an endpoint each, at noon. */
export async function aWorld(seed: number, breaking: Breaking = {}): Promise<World> {
  const draws = drawsOf(seed);
  const loop = eventLoop(NOON);
  const trace: string[] = [];
  const faults: string[] = [];
  const note = (line: string) => void trace.push(`${loop.now() - NOON} ${line}`);
  const fault = (text: string) => {
    note(`FAULT ${text}`);
    faults.push(text);
  };
  const steps = stepsOn(loop, draws, note);
  const ids = simulatedIds(draws);
  const outages = new Map<Outage, number>();
  const isOut = (part: Outage) => (outages.get(part) ?? 0) > loop.now();
  const store = memoryStore();
  const events: DomainEvent[] = [];
  const logged = new Set<string>();
  const hadWhenOrdered = new Map<string, ReadonlySet<string>>();
  const storage = watched(
    { ...memoryStorage(store), mostChangeRows: MOST_CHANGE_ROWS },
    { store, events, logged, hadWhenOrdered, fault },
  );
  const given = breaking.storage?.(storage, store) ?? storage;
  const asSteps = <Stored extends object>(from: Stored): Stored =>
    storageInSteps(steps, from, () => isOut('store'));
  const approvals = approvalsWorld(steps, loop.now, isOut);
  const { processor, books, issuer, processorDisputes } = processorBehind(
    steps,
    loop.now,
    isOut,
    (id) => store.payments.get(id)?.merchantId,
  );
  const receivers = receiversBehind(steps, draws, isOut);
  await addMerchants(storage, ids);
  const clock = { now: loop.now };
  const open = createEndpoint({ ...commonPorts, ...storage, ids, clock, webhookSender: receivers.sender });
  for (const merchantId of MERCHANTS)
    (await open({ merchantId, url: `https://${merchantId}.example`, events: ['*'], origin }))._unsafeUnwrap();
  return {
    loop,
    draws,
    steps,
    ids,
    store,
    storage,
    stored: asSteps(given),
    approvals,
    approvalsStored: asSteps(
      breaking.approvalsStorage?.(approvals.storage, approvals.store) ?? approvals.storage,
    ),
    processor,
    books,
    issuer,
    processorDisputes,
    ...filesIn(loop, steps, () => isOut('store')),
    sender: receivers.sender,
    received: receivers.received,
    outages,
    endTrouble() {
      outages.clear();
      receivers.endTrouble();
    },
    breaking,
    events,
    logged,
    hadWhenOrdered,
    note,
    trace,
    fault,
    faults,
  };
}

/** The ports of a storage as processes have them. Nothing is woken: rounds are drawn. */
function storageInSteps<Stored extends object>(steps: Steps, stored: Stored, isOut: () => boolean): Stored {
  const ports = Object.entries(stored).map(([name, port]) => {
    if (name === 'wakeUps') return [name, { signal() {}, subscribe: () => () => {} }];
    if (typeof port !== 'object' || name === 'health') return [name, port];
    return [name, inSteps(steps, name, port, SINKS.includes(name) ? SINK_SILENCE : SILENCE, isOut)];
  });
  return Object.fromEntries(ports) as Stored;
}

async function addMerchants({ commits }: Storage, ids: Ids): Promise<void> {
  for (const [index, id] of MERCHANTS.entries()) {
    const next = aMerchant(id, { refundsNeedBalance: index === 1 });
    const move = { at: NOON, origin, action: 'merchant.created', next };
    (await commits.commit(aggregateChange({ ids, digests }, move)))._unsafeUnwrap();
  }
}

type Watch = Readonly<{
  store: MemoryStore;
  events: DomainEvent[];
  logged: Set<string>;
  hadWhenOrdered: Map<string, ReadonlySet<string>>;
  fault: (text: string) => void;
}>;

/** The storage, of which every commit is looked at, and what reaches the event log is noted. */
function watched(storage: Storage, { store, events, logged, hadWhenOrdered, fault }: Watch): Storage {
  const committed = new Set<string>();
  return {
    ...storage,
    commits: {
      commit: (change) =>
        storage.commits.commit(change).map(() => {
          if (committed.has(change.id)) return;
          committed.add(change.id);
          events.push(...change.events);
          for (const { expected, next } of change.aggregates)
            if (next.kind === 'export' && expected === 0)
              hadWhenOrdered.set(next.id, idsOf(store, next.merchantId));
          for (const text of [...boundFaults(change), ...spendingFaults(store, change)]) fault(text);
        }),
    },
    eventLog: {
      ...storage.eventLog,
      addAll(added) {
        for (const { id } of added) logged.add(id);
        return storage.eventLog.addAll(added);
      },
    },
  };
}

const idsOf = ({ payments, entriesOf }: MemoryStore, merchantId: MerchantId): ReadonlySet<string> =>
  new Set([
    ...[...payments.values()].flatMap((each) => (each.merchantId === merchantId ? [each.id] : [])),
    ...(entriesOf.get(merchantId) ?? []).map(({ id }) => id),
  ]);

/** The invariant of a payment's amounts, which holds at every commit. */
function boundFaults({ payment }: Change): readonly string[] {
  if (payment === undefined) return [];
  const { next } = payment;
  const { authorized, captured, refunded, reserved, refunding } = amountsOf(next);
  const bounds = [
    0n,
    refunded.minorUnits + refunding.minorUnits,
    captured.minorUnits,
    captured.minorUnits + reserved.minorUnits,
    authorized.minorUnits,
  ];
  const isOrdered = bounds.every((bound, index) => index === 0 || (bounds[index - 1] ?? 0n) <= bound);
  return isOrdered ? [] : [`amounts of ${next.id} out of bounds: ${bounds.join(' <= ')}`];
}

/**
 * What spends a balance leaves it at zero or above, at every commit, but for what processors took, who do not ask, and unless refunds may
 * take more than there is.
 */
function spendingFaults(store: MemoryStore, { spending }: Change): readonly string[] {
  if (spending === undefined) return [];
  const { balances, entriesOf } = store;
  const isRefunded = entriesOf.get(spending.merchantId)?.some(({ type }) => type === 'refund_hold') === true;
  if (spending.merchantId === MERCHANTS[0] && isRefunded) return [];
  const left = balances.get(`${spending.merchantId} ${spending.currency}`)?.available ?? 0n;
  return left >= 0n || left + takenUnasked(store, spending.merchantId) >= 0n
    ? []
    : [`the balance of ${spending.merchantId} was overdrawn: ${left}`];
}

/** All that processors ever took of what a merchant may spend, as fees and chargebacks, whatever came back of it. */
export const takenUnasked = ({ entriesOf }: MemoryStore, merchantId: MerchantId): bigint =>
  (entriesOf.get(merchantId) ?? [])
    .filter(({ type, debit }) => debit === 'available' && type !== 'transfer_out' && type !== 'refund_hold')
    .reduce((sum, { amount }) => sum + amount.minorUnits, 0n);
