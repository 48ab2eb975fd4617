import { ok } from 'neverthrow';
import { verify } from '../../src/application/integrity/verify.ts';
import { verifyWithFiles } from '../../src/application/integrity/verify-files.ts';
import type { DomainEvent } from '../../src/domain/kernel/events.ts';
import { readBooks } from '../crash/payments/merchant-books.ts';
import type { SentFile } from './bookkeepers.ts';
import { disputeFaults, entriesOfDisputes } from './disputes-ending.ts';
import { entriesOfFiles, fileFaults } from './files-ending.ts';
import { commonPorts } from './outside.ts';
import { storedOf } from './stored-of.ts';
import { MERCHANTS, takenUnasked, type World } from './world.ts';

/** All that is wrong with payments, money and webhooks when everything has come to rest. */
export async function platformFaults(
  world: World,
  clocksAgree: boolean,
  files: readonly SentFile[],
): Promise<readonly string[]> {
  const { storage, store, books, events } = world;
  const claims = [...store.claims.values()];
  const posted = [...entriesOfDisputes(world), ...entriesOfFiles(world)];
  const beside = Map.groupBy(posted, ({ merchantId }) => merchantId);
  // Those of disputes have a check of their own.
  const ofPayments = events.filter(({ type }) => !type.startsWith('dispute.'));
  const witnesses = { storage, ledger: books, claims, events: ofPayments, recounts: true, beside };
  const own = [];
  for (const merchantId of MERCHANTS) own.push(await readBooks(witnesses, merchantId));
  const known = new Set<string>(
    own.flatMap(({ payments, transactions }) => [...payments, ...transactions].map(({ id }) => id)),
  );
  const needing = own[1]?.balance?.available ?? 0n;
  return [
    ...own.flatMap(({ faults }) => faults),
    ...books
      .references()
      .filter((reference) => !known.has(reference))
      .map((reference) => `the processor has ${reference}, which is not on record here`),
    ...(needing + takenUnasked(store, MERCHANTS[1]) < 0n
      ? [`the balance of a merchant whose refunds need it is ${needing}`]
      : []),
    ...disputeFaults(world),
    ...(await fileFaults(world, files)),
    ...eventFaults(world, clocksAgree),
    ...(await integrityFaults(world)),
  ];
}

/**
 * Each event is in the log and at the receiver, and those of one payment, or of one dispute, came in the order in which they were made,
 * which is that of their ids where clocks agree.
 */
function eventFaults({ events, store, logged, received }: World, clocksAgree: boolean): readonly string[] {
  const urlsOf = Map.groupBy(received, ({ eventId }) => eventId);
  const faults: string[] = [];
  for (const { id, type, merchantId } of events) {
    if (store.eventsOf.get(merchantId)?.has(id) !== true) faults.push(`${type} ${id} is not in the log`);
    if (!urlsOf.has(id)) faults.push(`${type} ${id} never reached its receiver`);
  }
  const made = new Set<string>(events.map(({ id }) => id));
  for (const id of urlsOf.keys())
    if (!made.has(id)) faults.push(`a receiver got ${id}, which was never committed`);
  const deliveries = [...store.deliveriesOf.values()].flatMap((each) => [...each.values()]);
  const perEvent = Map.groupBy(deliveries, ({ eventId, endpointId }) => `${eventId} ${endpointId}`);
  for (const [name, same] of perEvent)
    if (same.length > 1) faults.push(`${same.length} deliveries of ${name}`);
  if (!clocksAgree) return faults;
  const places = new Map([...logged].map((id, place) => [id, place]));
  for (const [subject, own] of Map.groupBy(events, subjectOf)) {
    if (subject === undefined) continue;
    const order = own.toSorted((a, b) => (a.id < b.id ? -1 : 1)).map(({ id }) => places.get(id) ?? -1);
    if (order.some((place, index) => index > 0 && place < (order[index - 1] ?? 0)))
      faults.push(`events of ${subject} came in another order than they were made`);
  }
  return faults;
}

/** Whose versions are one after the other. */
const subjectOf = ({ type, paymentId, data }: DomainEvent): string | undefined =>
  type.startsWith('dispute.') ? (data['id'] as string) : paymentId;

/** What `paywright verify` says. */
async function integrityFaults(world: World): Promise<readonly string[]> {
  const { storage, objects, loop } = world;
  const ports = { ...commonPorts, ...storage, objects, clock: { now: loop.now } };
  const found: string[] = [];
  // Without files there is no more to look at.
  const hasFiles = storedOf(world, 'reconciliation').length > 0;
  const verified = await (hasFiles ? verifyWithFiles : verify)(ports)(
    () => {},
    undefined,
    (finding) => {
      found.push(`verify: ${JSON.stringify(finding)}`);
      return ok(undefined);
    },
  );
  return verified.match(
    ({ unsettled }) => [...found, ...unsettled.map((what) => `verify: ${what} is not settled`)],
    (failure) => [...found, `verify ended with ${JSON.stringify(failure)}`],
  );
}
