import type { Result } from 'neverthrow';
import type { Processed, ProcessPaymentFailure } from '../../src/application/process-payment.ts';
import type { OpenClaim } from '../../src/domain/claim.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { terms } from '../fixtures/changes.ts';
import { disagreements } from './agreement.ts';
import type { Point } from './scenarios.ts';
import { aProcess, type Course, type Planned, type Process } from './steps.ts';
import { aWorld, type World } from './world.ts';

/** What came of one point. `steps` names every step that the hurt (or hurtable) processes took. */
export type Trial = Readonly<{
  violations: readonly string[];
  steps: Readonly<{ first: readonly string[]; retry: readonly string[]; recovery: readonly string[] }>;
}>;

type Told = Result<Processed, ProcessPaymentFailure>;

const BEYOND_LEASE = terms.leaseMs + 1;
/** Longer than recovery ever backs off. */
const BEYOND_BACKOFF = 300_001;
const MOST_ROUNDS = 3;

/** Plays one point to its end in a world of its own, and says everything that is wrong there. */
async function tryPoint(storage: Storage, point: Point): Promise<Trial> {
  const { scenario, order, first, second } = point;
  const world = await aWorld(storage, scenario);
  const violations: string[] = [];
  const answers: string[] = [];
  const started: (() => Promise<void>)[] = [];

  if (scenario.outage !== undefined) world.beginOutage(scenario.outage);
  const opening = await client(first);
  if (!opening.taken.includes('commit')) violations.push(...(await remains(world)));
  if (scenario.outage?.lasts === 'first request') world.endOutage();
  world.pass(BEYOND_LEASE);

  const plannedFor = (who: 'retry' | 'recovery') => (second?.who === who ? second : undefined);
  const comeBack = () => client(plannedFor('retry'));
  const recover = () => worker(plannedFor('recovery'));
  const [retry, recovery] = await inOrder();
  world.pass(BEYOND_LEASE);
  await settleAll();

  world.endOutage();
  for (const letGo of started.splice(0)) await letGo();
  world.pass(BEYOND_LEASE);
  await settleAll();
  if (!order.includes('silence')) await comeBackForGood();
  await giveUp();
  await comeBackForGood();
  await giveUp();
  const last = [await client(), await client()].map(({ course }) => answerOf(course));
  if (last.includes(undefined)) violations.push(`no answer in the end: ${last.join(' and ')}`);
  if (new Set(answers).size > 1)
    violations.push(`told different things: ${[...new Set(answers)].join(' <> ')}`);
  violations.push(...(await endFaults(world, scenario.paymentMethod === 'test_unavailable')));
  world.ledger.close();
  return { violations, steps: { first: opening.taken, retry: retry.taken, recovery: recovery.taken } };

  async function inOrder() {
    switch (order) {
      case 'retry, then recovery':
      case 'retry, then silence until the key is given up': {
        const back = await comeBack();
        if (blocked(back.course)) violations.push('the key is blocked beyond its lease');
        world.pass(BEYOND_LEASE);
        return [back, await recover()] as const;
      }
      case 'recovery, then retry': {
        const recovered = await recover();
        world.pass(BEYOND_LEASE);
        const back = await comeBack();
        if (blocked(back.course)) violations.push('the key is blocked beyond its lease');
        return [back, recovered] as const;
      }
      case 'retry and recovery at once':
        return Promise.all([comeBack(), recover()]);
    }
  }

  /** The client sends its request, as a process of its own. */
  async function client(planned?: Planned) {
    const process = aProcess(planned);
    const course = await process.follow(world.ask(process));
    hear(course);
    remember(process, course, (told) => hear({ kind: 'ended', value: told }));
    return { taken: process.taken, course };
  }

  async function worker(planned?: Planned) {
    const process = aProcess(planned);
    const course = await process.follow(world.recover(process));
    remember(process, course, () => {});
    return { taken: process.taken };
  }

  function hear(course: Course<Told>): void {
    const answer = answerOf(course);
    if (answer !== undefined) answers.push(answer);
  }

  function remember<T>(process: Process, course: Course<T>, heard: (value: T) => void): void {
    started.push(async () => {
      await process.letGo();
      if (course.kind === 'held') heard(await course.rest);
    });
  }

  /** Recovery in fresh processes, for as long as the claim is open and will be due. */
  async function settleAll(): Promise<void> {
    for (let rounds = 0; rounds < MOST_ROUNDS; rounds += 1) {
      const claim = await openClaim(world);
      if (claim === undefined || (claim.state === 'retryable' && claim.dueAt > world.now())) return;
      await worker();
      world.pass(BEYOND_BACKOFF);
    }
  }

  /** The client asks again, and whatever that leaves open is settled. */
  async function comeBackForGood(): Promise<void> {
    const { course } = await client();
    if (blocked(course)) violations.push('the key is blocked beyond its lease');
    world.pass(BEYOND_LEASE);
    await settleAll();
  }

  /** A key that may be retried is held until its answer would have expired; then the payment fails for good. */
  async function giveUp(): Promise<void> {
    if ((await openClaim(world))?.state !== 'retryable') return;
    world.pass(terms.keepAnswersMs);
    await settleAll();
  }
}

const answerOf = (course: Course<Told>): string | undefined =>
  course.kind === 'ended' && course.value.isOk() ? course.value.value.answer : undefined;

const blocked = (course: Course<Told>): boolean =>
  course.kind === 'ended' && course.value.isErr() && course.value.error.kind === 'IdempotencyInFlight';

async function openClaim({ storage, key, now }: World): Promise<OpenClaim | undefined> {
  const claim = (await storage.claims.find(key, now()))._unsafeUnwrap();
  return claim?.state === 'completed' ? undefined : claim;
}

const paymentsOf = async ({ storage, key }: World) =>
  (await storage.payments.list(key.merchantId, {}, { limit: 10 }))._unsafeUnwrap();

const eventsOf = async ({ storage, key }: World) =>
  (await storage.outbox.unsent(10_000))
    ._unsafeUnwrap()
    .filter(({ merchantId }) => merchantId === key.merchantId);

/** What a request left behind that died before it sent its intent. */
async function remains(world: World): Promise<readonly string[]> {
  const found = [
    ...(await paymentsOf(world)).map(({ id }) => `payment ${id}`),
    ...(await eventsOf(world)).map(({ type }) => `event ${type}`),
    ...[await openClaim(world)].flatMap((claim) => (claim === undefined ? [] : [`claim ${claim.state}`])),
    ...[...world.charged].map((reference) => `charge ${reference}`),
  ];
  return found.map((remnant) => `left before the intent: ${remnant}`);
}

/** `silent`: this processor never decides, so a payment may stay open. */
async function endFaults(world: World, silent: boolean): Promise<readonly string[]> {
  const [payment, ...others] = await paymentsOf(world);
  if (payment === undefined) return ['the payment is lost'];
  const { storage, ledger, now, charged } = world;
  const claim = await openClaim(world);
  const foreign = [...charged].filter((reference) => reference !== payment.id);
  return [
    ...(await disagreements({ storage, ledger, now: now(), events: await eventsOf(world) }, payment)),
    ...(claim === undefined || (silent && claim.state === 'unknown')
      ? []
      : [`the claim stays ${claim.state}`]),
    ...others.map(({ id }) => `one key, and another payment ${id}`),
    ...foreign.map((reference) => `charged under another reference ${reference}`),
  ];
}

/** A point of `trial` counts when its faults were reached. */
export const reached = ({ first, second }: Point, { steps }: Trial): boolean =>
  (first === undefined || first.step < steps.first.length) &&
  (second === undefined || second.step < steps[second.who].length);

/** Runs points side by side on stores that `open` gives, each store for a few of them. */
export async function tryPoints(
  open: () => Promise<Storage>,
  points: readonly Point[],
): Promise<readonly Readonly<{ point: Point; trial: Trial }>[]> {
  const tried: { point: Point; trial: Trial }[] = [];
  for (let from = 0; from < points.length; from += POINTS_PER_STORE) {
    const storage = await open();
    const left = points.slice(from, from + POINTS_PER_STORE);
    const lane = async () => {
      for (let point = left.shift(); point !== undefined; point = left.shift()) {
        tried.push({ point, trial: await tryPoint(storage, point) });
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    await storage.close();
  }
  return tried;
}

const POINTS_PER_STORE = 48;
const LANES = 8;
