import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { memoryStorage } from '../../../src/adapters/memory/storage.ts';
import { stripeClient } from '../../../src/adapters/stripe/client.ts';
import { stripeDisputes } from '../../../src/adapters/stripe/disputes.ts';
import { ACCEPT_WORK } from '../../../src/application/disputes/accept-dispute.ts';
import { closeAccepted } from '../../../src/application/disputes/close-accepted.ts';
import { DISPUTE_WORK } from '../../../src/application/disputes/queue-dispute.ts';
import { recordDispute } from '../../../src/application/disputes/record-dispute.ts';
import { JOB_TERMS, runJobs } from '../../../src/application/files/run-jobs.ts';
import { verify } from '../../../src/application/integrity/verify.ts';
import { unclaimed } from '../../../src/application/kernel/aggregate-change.ts';
import { JOBS_TENANT } from '../../../src/domain/kernel/ids.ts';
import { money } from '../../../src/domain/kernel/money.ts';
import type { Storage } from '../../../src/ports/storage.ts';
import { aKey, aMerchantId, digests, origin } from '../../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../../fixtures/merchants.ts';
import { hasStripeDescription } from '../../support/aws-emulators.ts';
import { everyStorage } from '../../support/every-storage.ts';
import { aPlatform } from '../../support/http-app.ts';
import { handClock } from '../../support/relay-workers.ts';
import { processorAt } from '../../support/stripe-double/bookkeeping.ts';
import { decideDispute } from '../../support/stripe-double/disputes.ts';
import { DOUBLE_KEY, type StripeDouble, startStripeDouble } from '../../support/stripe-double/server.ts';
import { aProcess, outlived, type Planned, type Process } from '../faulty-process.ts';
import { distinctFaults } from '../points.ts';

const LOST = { kind: 'StorageUnavailable', cause: 'no reply' } as const;
const AWAY = { kind: 'ProcessorUnavailable' } as const;
/** The calls that leave something behind; the others only read. */
const EFFECTS = ['commit', 'close'];
const LEASE_OVER_MS = 400_000;
/** So many faults are tried on each database, of which the seed says which. */
const SAMPLED = 5;

/** What the worker that is hurt has to do. */
type Task = 'a dispute that is won is read' | 'an accepted dispute is closed';

/** A payment on Stripe that is disputed, and the job that the task is. */
async function aWorld(double: StripeDouble, open: () => Promise<Storage>, task: Task) {
  const storage = await open();
  await addMerchants(storage, [aMerchant()]);
  const clock = handClock(Date.now());
  const books = double.books();
  const processorDisputes = stripeDisputes(() =>
    stripeClient({ secretKey: DOUBLE_KEY, apiBase: double.url, timeoutMs: 20_000 }),
  );
  const stripe = processorAt(double, 20_000);
  const platform = aPlatform(storage, {
    clock,
    processor: {
      ...stripe,
      accepts: () => true,
      charge: (order) => stripe.charge({ ...order, paymentMethod: 'pm_card_createDispute' }),
    },
    processorDisputes,
  });
  const merchantId = aMerchantId();
  const known = books.disputes.size;
  (
    await platform.useCases.processPayment({
      merchantId,
      idempotencyKey: aKey(),
      amount: money(1_000n, 'USD'),
      paymentMethod: 'card',
      captureMethod: 'automatic',
      origin,
    })
  )._unsafeUnwrap();
  const dispute = [...books.disputes.values()][known];
  if (dispute === undefined) throw new Error('nothing is disputed');
  const queue = async (id: string) =>
    (
      await platform.useCases.queueDispute({ id, dispute: { id: dispute.id }, requestId: 'req-event' })
    )._unsafeUnwrap();
  await queue('evt_1');
  if (task === 'a dispute that is won is read') decideDispute(books, dispute.id, 'won');
  else {
    await platform.work();
    const [found] = (
      await platform.useCases.listDisputes({ merchantId, filter: {}, limit: 1 })
    )._unsafeUnwrap().items;
    if (found === undefined) throw new Error('the dispute is not on record');
    const request = { merchantId, id: found.id, origin };
    (await platform.useCases.acceptDispute(request, unclaimed))._unsafeUnwrap();
  }
  return { storage, platform, clock, processorDisputes, merchantId, dispute };
}
type World = Awaited<ReturnType<typeof aWorld>>;

/** A worker every call of which is a step. */
function worker({ platform, processorDisputes }: World, process: Process) {
  const { aggregates, commits, payments } = platform.ports;
  const ports = {
    ...platform.ports,
    commits: { commit: (change) => process.call('commit', () => commits.commit(change), LOST) },
    aggregates: {
      ...aggregates,
      find: (...args) => process.call('find', () => aggregates.find(...args), LOST),
      list: (...args) => process.call('list', () => aggregates.list(...args), LOST),
      findByKey: (...args) => process.call('find', () => aggregates.findByKey(...args), LOST),
    },
    payments: {
      ...payments,
      find: (...args) => process.call('find', () => payments.find(...args), LOST),
      transactionsOf: (...args) => process.call('find', () => payments.transactionsOf(...args), LOST),
    },
    processorDisputes: {
      find: (name) => process.call('ask', () => processorDisputes.find(name), AWAY),
      accept: (name) => process.call('close', () => processorDisputes.accept(name), AWAY),
    },
  } satisfies Parameters<typeof recordDispute>[0];
  const works = new Map([
    [DISPUTE_WORK, recordDispute(ports)],
    [ACCEPT_WORK, closeAccepted(ports)],
  ]);
  return runJobs(ports, works, { ...JOB_TERMS, holder: 'worker-1' });
}

async function succeeded({ clock, platform }: World): Promise<void> {
  for (let n = 0; n < 3; n += 1) {
    clock.pass(LEASE_OVER_MS);
    await platform.work();
  }
}

async function endOf({ storage, platform, clock, merchantId, dispute }: World) {
  const found = (await storage.aggregates.newest(merchantId, 'dispute', { limit: 9 }))._unsafeUnwrap();
  const entries = (await storage.ledger.list(merchantId, {}, { limit: 100 }))._unsafeUnwrap();
  const jobs = await storage.aggregates.list(JOBS_TENANT, 'job', { limit: 9, isOpen: true });
  const later = { now: () => clock.now() + 3_600_000 };
  const verified = await verify({ ...storage, ...platform.files, clock: later, digests })(() => {});
  const told = (await storage.outbox.unsent(100))._unsafeUnwrap();
  return {
    theirs: dispute.status,
    ours: found.map(({ status }) => status),
    entries: entries
      .flatMap((each) => ('statementLineId' in each ? [`${each.type} ${each.amount.minorUnits}`] : []))
      .toSorted(),
    told: told.flatMap(({ type }) => (type.startsWith('dispute.') ? [type] : [])).toSorted(),
    jobs: jobs._unsafeUnwrap().length,
    verified: verified.isOk() ? verified.value.unsettled : verified.error,
  };
}

const inMemory = () => Promise.resolve(memoryStorage());

/** What must hold however the first worker fared. */
const ENDS = {
  'a dispute that is won is read': {
    theirs: 'won',
    ours: ['won'],
    entries: ['chargeback 1000', 'chargeback_reversal 1000', 'fee 1500'],
    told: ['dispute.created'],
    jobs: 0,
    verified: [],
  },
  'an accepted dispute is closed': {
    theirs: 'lost',
    ours: ['accepted'],
    entries: ['chargeback 1000', 'fee 1500'],
    told: ['dispute.closed', 'dispute.created', 'dispute.updated'],
    jobs: 0,
    verified: [],
  },
} as const satisfies Record<Task, Awaited<ReturnType<typeof endOf>>>;
const TASKS = Object.keys(ENDS) as readonly Task[];

const { kinds, close } = await everyStorage(inject('postgresUrl'));
afterAll(close);

describe.runIf(hasStripeDescription()).each(TASKS)('a worker that is hurt while %s', (task) => {
  let double: StripeDouble;
  beforeAll(async () => {
    double = await startStripeDouble();
  });
  afterAll(() => double.close());

  async function played(planned?: Planned, open: () => Promise<Storage> = inMemory) {
    const world = await aWorld(double, open, task);
    const process = aProcess(planned);
    await outlived(process, worker(world, process)(9), () => succeeded(world));
    const end = await endOf(world);
    await world.storage.close();
    return { end, steps: process.taken };
  }

  it('comes to the same end, whatever happens to any one of its calls', async () => {
    const { end, steps } = await played();
    expect(end).toEqual(ENDS[task]);
    for (const planned of distinctFaults(steps, EFFECTS)) {
      const { end: hurt } = await played(planned);
      expect({ ...planned, ...hurt }).toEqual({ ...planned, ...ENDS[task] });
    }
  });

  it.each(kinds.filter(({ name }) => name !== 'memory'))('comes to that end on $name', async ({ open }) => {
    const { steps } = await played();
    const points = distinctFaults(steps, EFFECTS);
    const seed = Number(process.env['PAYWRIGHT_TEST_SEED'] ?? Math.trunc(Math.random() * 2 ** 31));
    const oneIn = Math.ceil(points.length / SAMPLED);
    for (const planned of points.filter((_, index) => (index + seed) % oneIn === 0)) {
      const { end: hurt } = await played(planned, open);
      expect({ seed, ...planned, ...hurt }).toEqual({ seed, ...planned, ...ENDS[task] });
    }
  });
});
