import { okAsync } from 'neverthrow';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { memoryStorage } from '../../../src/adapters/memory/storage.ts';
import { simulatedProcessor } from '../../../src/adapters/processor/simulator.ts';
import { simulatorLedger } from '../../../src/adapters/processor/simulator-ledger.ts';
import { verify } from '../../../src/application/integrity/verify.ts';
import type { PaymentId } from '../../../src/domain/kernel/ids.ts';
import { money } from '../../../src/domain/kernel/money.ts';
import { decodeResponse } from '../../../src/entrypoints/http/payments/stored-responses.ts';
import type { Storage } from '../../../src/ports/storage.ts';
import { aKey, aMerchantId, digests, origin } from '../../fixtures/changes.ts';
import { addMerchants, aMerchant } from '../../fixtures/merchants.ts';
import { aVerdict } from '../../scenarios/resolution-desk.ts';
import { everyStorage } from '../../support/every-storage.ts';
import { aPlatform } from '../../support/http-app.ts';
import { notified } from '../../support/notified.ts';
import { handClock } from '../../support/relay-workers.ts';
import { aProcess, outlived, type Planned, type Process } from '../faulty-process.ts';
import { distinctFaults } from '../points.ts';

const LOST = { kind: 'StorageUnavailable', cause: 'no reply' } as const;
const AWAY = { kind: 'ProcessorUnavailable' } as const;
const LEASE_OVER_MS = 400_000;
/** So many faults are tried on each database, of which the seed says which. */
const SAMPLED = 5;
const merchantId = aMerchantId();

/** A payment that failed here, and was taken at the processor after that. */
async function aWorld(open: () => Promise<Storage>) {
  const storage = await open();
  await addMerchants(storage, [aMerchant()]);
  const clock = handClock();
  const books = simulatorLedger(':memory:');
  const processor = simulatedProcessor(books, clock);
  const platform = aPlatform(storage, { clock, processor });
  const taken = await platform.useCases.processPayment({
    merchantId,
    idempotencyKey: aKey(),
    amount: money(2_500n, 'USD'),
    paymentMethod: 'test_declined',
    captureMethod: 'automatic',
    origin,
  });
  const { paymentId } = decodeResponse(taken._unsafeUnwrap().response);
  return { storage, platform, clock, books, paymentId: paymentId as PaymentId };
}
type World = Awaited<ReturnType<typeof aWorld>>;

/** Takes the event and compares; every call is a step. */
function worker({ platform, paymentId }: World, process: Process) {
  const { aggregates, claims, commits, merchants, payments } = platform.ports;
  const use = notified({
    ...platform.ports,
    commits: { commit: (change) => process.call('commit', () => commits.commit(change), LOST) },
    claims: { ...claims, find: (...args) => process.call('find', () => claims.find(...args), LOST) },
    merchants: { ...merchants, find: (id) => process.call('find', () => merchants.find(id), LOST) },
    aggregates: {
      ...aggregates,
      list: (...args) => process.call('list', () => aggregates.list(...args), LOST),
    },
    payments: {
      ...payments,
      find: (...args) => process.call('find', () => payments.find(...args), LOST),
      historyOf: (...args) => process.call('find', () => payments.historyOf(...args), LOST),
    },
    processor: {
      ...platform.ports.processor,
      lookup: () => process.call('ask', () => okAsync(aVerdict(2_500n, { standing: 'captured' })), AWAY),
    },
  });
  const event = { id: 'evt_1', type: 'any', about: { merchantId, paymentId }, requestId: 'req-event' };
  return async () => {
    const received = await use.receive(event);
    if (received.isOk()) await use.jobs(9);
    // What was not answered is sent again.
    return received.isOk();
  };
}

const inMemory = () => Promise.resolve(memoryStorage());

async function played(planned?: Planned, open: () => Promise<Storage> = inMemory) {
  const world = await aWorld(open);
  const { storage, platform, clock, books, paymentId } = world;
  const process = aProcess(planned);
  await outlived(process, worker(world, process)(), async () => {
    for (let n = 0; n < 3; n += 1) {
      clock.pass(LEASE_OVER_MS);
      await worker(world, aProcess())();
    }
  });
  const payment = (await storage.payments.find(merchantId, paymentId))._unsafeUnwrap();
  const events = (await storage.outbox.unsent(100))._unsafeUnwrap();
  const later = { now: () => clock.now() + 3_600_000 };
  const verified = await verify({ ...storage, ...platform.files, clock: later, digests })(() => {});
  const end = {
    status: payment.status,
    reason: payment.attention?.reason,
    version: payment.version,
    events: events.map(({ type }) => type).toSorted(),
    open: await notified(platform.ports).open(),
    verified: verified.isOk() ? verified.value.unsettled : verified.error,
  };
  books.close();
  await storage.close();
  return { end, steps: process.taken };
}

/** What must hold however the first worker fared. */
const END = {
  status: 'failed',
  reason: 'state_differs',
  version: 3,
  events: ['payment.attention', 'payment.created', 'payment.failed'],
  open: 0,
  verified: [],
};

const { kinds, close } = await everyStorage(inject('postgresUrl'));
afterAll(close);

describe('a worker that is hurt while it takes an event about a payment that has ended, and compares', () => {
  it('comes to the same end, whatever happens to any one of its calls', async () => {
    const { end, steps } = await played();
    expect(end).toEqual(END);
    for (const planned of distinctFaults(steps, ['commit'])) {
      const { end: hurt } = await played(planned);
      expect({ ...planned, ...hurt }).toEqual({ ...planned, ...END });
    }
  });

  it.each(kinds.filter(({ name }) => name !== 'memory'))('comes to that end on $name', async ({ open }) => {
    const { steps } = await played();
    const points = distinctFaults(steps, ['commit']);
    const seed = Number(process.env['PAYWRIGHT_TEST_SEED'] ?? Math.trunc(Math.random() * 2 ** 31));
    const oneIn = Math.ceil(points.length / SAMPLED);
    for (const planned of points.filter((_, index) => (index + seed) % oneIn === 0)) {
      const { end: hurt } = await played(planned, open);
      expect({ seed, ...planned, ...hurt }).toEqual({ seed, ...planned, ...END });
    }
  });
});
