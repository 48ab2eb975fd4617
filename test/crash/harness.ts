import type { Result } from 'neverthrow';
import type { Responded } from '../../src/application/kernel/idempotency.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { terms } from '../fixtures/changes.ts';
import { endFaults, openClaims, traces } from './ending.ts';
import type { Point } from './scenarios.ts';
import { aProcess, type Course, type Planned, type Process } from './steps.ts';
import { type Asked, type AskFailure, aWorld } from './world.ts';

/** What came of one point. `steps` names every step that the hurt (or hurtable) processes took. */
export type Trial = Readonly<{
  violations: readonly string[];
  steps: Readonly<{ first: readonly string[]; retry: readonly string[]; recovery: readonly string[] }>;
}>;

type OutgoingEvent = Result<Responded, AskFailure>;

const BEYOND_LEASE = terms.leaseMs + 1;
/** Longer than recovery ever backs off. */
const BEYOND_BACKOFF = 300_001;
const MOST_ROUNDS = 3;

/** Plays one point to its end in a world of its own, and says everything that is wrong there. */
async function tryPoint(storage: Storage, point: Point, recounts: boolean): Promise<Trial> {
  const { scenario, order, first, second } = point;
  const world = await aWorld(storage);
  const violations: string[] = [];
  const earlier = scenario.before.map(world.underNewKey);
  const asked: Asked[] = [];
  const responses = new Map<Asked, string[]>();
  const started: (() => Promise<void>)[] = [];

  for (const each of earlier) {
    await client(each);
    world.pass(BEYOND_LEASE);
    await completeAll([each]);
  }
  const request = remembered(scenario.request);
  const untouched = await traces(world, request);
  if (scenario.outage !== undefined) world.beginOutage(scenario.outage);
  const opening = await client(request, first);
  if (!opening.taken.includes('commit') && (await traces(world, request)) !== untouched)
    violations.push('something was left behind before the intent');
  if (scenario.outage?.lasts === 'first request') world.endOutage();
  if (scenario.rival !== undefined) await client(remembered(scenario.rival));
  world.pass(BEYOND_LEASE);

  const plannedFor = (who: 'retry' | 'recovery') => (second?.who === who ? second : undefined);
  const comeBack = () => client(request, plannedFor('retry'));
  const recover = () => worker(plannedFor('recovery'));
  const [retry, recovery] = await inOrder();
  world.pass(BEYOND_LEASE);
  await completeAll();

  world.endOutage();
  await letAllGo();
  await completeAll();
  if (!order.includes('silence')) await comeBackForGood();
  await giveUp();
  await comeBackForGood();
  await giveUp();
  for (const each of [...asked, ...asked])
    if (responseOf((await client(each)).course) === undefined)
      violations.push(`no answer to the ${each.request.type} in the end`);
  for (const [{ request: of }, told] of responses)
    violations.push(...contradictions(told).map((fault) => `told of the ${of.type}: ${fault}`));
  violations.push(...(await endFaults(world, scenario, [...earlier, ...asked], recounts)));
  world.ledger.close();
  return { violations, steps: { first: opening.taken, retry: retry.taken, recovery: recovery.taken } };

  async function inOrder() {
    switch (order) {
      case 'what was late, then retry, then recovery':
        await letAllGo();
        return retryThenRecover();
      case 'retry, then recovery':
      case 'retry, then silence until the key is given up':
        return retryThenRecover();
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

  async function retryThenRecover() {
    const back = await comeBack();
    if (blocked(back.course)) violations.push('the key is blocked beyond its lease');
    world.pass(BEYOND_LEASE);
    return [back, await recover()] as const;
  }

  async function letAllGo(): Promise<void> {
    for (const letGo of started.splice(0)) await letGo();
    world.pass(BEYOND_LEASE);
  }

  function remembered(wish: Point['scenario']['request']): Asked {
    const each = world.underNewKey(wish);
    asked.push(each);
    return each;
  }

  /** The client sends a request, as a process of its own. */
  async function client(what: Asked, planned?: Planned) {
    const process = aProcess(planned);
    const course = await process.follow(world.ask(process, what));
    const hear = (heard: Course<OutgoingEvent>) => {
      const response = responseOf(heard);
      if (response !== undefined) responses.set(what, [...(responses.get(what) ?? []), response]);
    };
    hear(course);
    if (planned === undefined && isStrange(course))
      violations.push(`told the ${what.request.type} of a defect`);
    remember(process, course, (value) => hear({ kind: 'ended', value }));
    return { taken: process.taken, course };
  }

  async function worker(planned?: Planned) {
    const process = aProcess(planned);
    const course = await process.follow(world.recover(process));
    remember(process, course, () => {});
    return { taken: process.taken };
  }

  function remember<T>(process: Process, course: Course<T>, heard: (value: T) => void): void {
    started.push(async () => {
      await process.letGo();
      if (course.kind === 'held') heard(await course.rest);
    });
  }

  /** Recovery in fresh processes, for as long as some claim is open and will be due. */
  async function completeAll(of: readonly Asked[] = asked): Promise<void> {
    for (let rounds = 0; rounds < MOST_ROUNDS; rounds += 1) {
      const open = await openClaims(world, of);
      if (open.every(({ state, dueAt }) => state === 'retryable' && dueAt > world.now())) return;
      await worker();
      world.pass(BEYOND_BACKOFF);
    }
  }

  /** The client asks again for everything, and whatever that leaves open is settled. */
  async function comeBackForGood(): Promise<void> {
    for (const each of asked)
      if (blocked((await client(each)).course)) violations.push('a key is blocked beyond its lease');
    world.pass(BEYOND_LEASE);
    await completeAll();
  }

  /** A key that may be retried is held until its answer would have expired; then the payment fails for good. */
  async function giveUp(): Promise<void> {
    if ((await openClaims(world, asked)).every(({ state }) => state !== 'retryable')) return;
    world.pass(terms.keepResponsesMs);
    await completeAll();
  }
}

/** The response, or the refusal that left the key free. */
const responseOf = (course: Course<OutgoingEvent>): string | undefined => {
  if (course.kind !== 'ended') return undefined;
  return course.value.match(
    ({ response }) => response,
    ({ kind }) => (FREE.includes(kind) ? `${FREELY}${kind}` : undefined),
  );
};

/** Refusals that may not last. */
const FREE: readonly string[] = [
  'PaymentStateConflict',
  'AmountExceedsAuthorized',
  'AmountExceedsCaptured',
  'InsufficientFunds',
];
const FREELY = 'refused, the key free: ';

/** A refusal that left the key free, or a 202, may be followed by a final response; that one is followed by itself alone. */
function contradictions(told: readonly string[]): readonly string[] {
  const isFinal = (response: string) => !response.startsWith(FREELY) && !response.startsWith('202 ');
  const finals = [...new Set(told.filter(isFinal))];
  const last = told.at(-1) ?? '';
  if (finals.length > 1) return [finals.join(' <> ')];
  return finals.length === 1 && !isFinal(last) ? [`${finals[0]}, and in the end ${last}`] : [];
}

const blocked = (course: Course<OutgoingEvent>): boolean =>
  course.kind === 'ended' && course.value.isErr() && course.value.error.kind === 'IdempotencyInFlight';

/** What a client of a process without trouble may be told besides an answer. */
const HARMLESS: readonly string[] = [
  ...FREE,
  'IdempotencyInFlight',
  'ProcessorUnavailable',
  'BalanceContended',
];

const isStrange = (course: Course<OutgoingEvent>): boolean =>
  course.kind !== 'ended' || (course.value.isErr() && !HARMLESS.includes(course.value.error.kind));

/** A point of `trial` counts when its faults were reached. */
export const reached = ({ first, second }: Point, { steps }: Trial): boolean =>
  (first === undefined || first.step < steps.first.length) &&
  (second === undefined || second.step < steps[second.who].length);

/**
 * Runs points side by side on stores that `open` gives, each store for a few of them; summaries are recounted after one
 * in `oneRecountIn`.
 */
export async function tryPoints(
  open: () => Promise<Storage>,
  points: readonly Point[],
  oneRecountIn: number,
): Promise<readonly Readonly<{ point: Point; trial: Trial }>[]> {
  const tried: { point: Point; trial: Trial }[] = [];
  for (let from = 0; from < points.length; from += POINTS_PER_STORE) {
    const storage = await open();
    const left = points.slice(from, from + POINTS_PER_STORE);
    const lane = async () => {
      for (let point = left.shift(); point !== undefined; point = left.shift()) {
        tried.push({ point, trial: await tryPoint(storage, point, left.length % oneRecountIn === 0) });
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    await storage.close();
  }
  return tried;
}

const POINTS_PER_STORE = 64;
const LANES = 8;
