import type { Result } from 'neverthrow';
import type { VendorPayment } from '../../src/domain/approvals/vendor-payment.ts';
import type { ApprovalsStorage } from '../../src/ports/approvals/approvals-storage.ts';
import { aProcess, type Course, type Planned, type Process } from '../crash/steps.ts';
import { payoutTerms } from '../fixtures/approvals.ts';
import { endFaults } from './crash-ending.ts';
import type { Point } from './crash-scenarios.ts';
import { aWorld, type Failed, type Request } from './crash-world.ts';

/** What came of one point. `steps` names every step that the hurt (or hurtable) processes took. */
export type Trial = Readonly<{
  violations: readonly string[];
  steps: Readonly<{ first: readonly string[]; retry: readonly string[]; recovery: readonly string[] }>;
}>;

type OutgoingEvent = Result<VendorPayment | undefined, Failed>;

const BEYOND_LEASE = payoutTerms.leaseMs + 1;
/** Longer than recovery ever backs off. */
const BEYOND_BACKOFF = 300_001;
const MOST_ROUNDS = 3;

/** What somebody may be told by a process without trouble, besides success: it was done before, or others were first. */
const HARMLESS = ['VendorPaymentStateConflict', 'DuplicateIncident', 'AlreadyApproved'];

/** Plays one point to its end in a world of its own, and says everything that is wrong there. */
async function tryPoint(storage: ApprovalsStorage, point: Point): Promise<Trial> {
  const { scenario, order, first, second } = point;
  const { request, rival } = scenario;
  const world = aWorld(storage, scenario);
  const violations: string[] = [];
  const started: (() => Promise<void>)[] = [];
  /** The highest version that somebody was told of. */
  let told = 0;

  for (const each of scenario.before) await client(each);
  const opening = await client(request, first);
  if (rival !== undefined) await client(rival);
  world.pass(BEYOND_LEASE);
  const plannedFor = (who: 'retry' | 'recovery') => (second?.who === who ? second : undefined);
  const comeBack = () => client(request, plannedFor('retry'));
  const recover = () => worker(plannedFor('recovery'));
  const [retry, recovery] = await inOrder();
  world.pass(BEYOND_LEASE);
  await completeAll();
  await letAllGo();
  await completeAll();
  for (const each of rival === undefined ? [request] : [request, rival]) await client(each);
  await completeAll();

  violations.push(...(await endFaults(world, scenario.ends)));
  const [payment] = await world.payments();
  if ((payment?.version ?? 0) < told) violations.push(`version ${told} was told of, and is gone`);
  world.ledger.close();
  return { violations, steps: { first: opening.taken, retry: retry.taken, recovery: recovery.taken } };

  async function inOrder() {
    switch (order) {
      case 'what was late, then retry, then recovery':
        await letAllGo();
        return retryThenRecover();
      case 'retry, then recovery':
        return retryThenRecover();
      case 'recovery, then retry': {
        const recovered = await recover();
        world.pass(BEYOND_LEASE);
        return [await comeBack(), recovered] as const;
      }
      case 'retry and recovery at once':
        return Promise.all([comeBack(), recover()]);
    }
  }

  async function retryThenRecover() {
    const back = await comeBack();
    world.pass(BEYOND_LEASE);
    return [back, await recover()] as const;
  }

  async function letAllGo(): Promise<void> {
    for (const letGo of started.splice(0)) await letGo();
    world.pass(BEYOND_LEASE);
  }

  /** Somebody sends a request, to a process of its own. */
  async function client(what: Request, planned?: Planned) {
    const process = aProcess(planned);
    const course = await process.follow(world.ask(process, what));
    const hear = (heard: Course<OutgoingEvent>) => {
      if (heard.kind === 'ended' && heard.value.isOk())
        told = Math.max(told, heard.value.value?.version ?? 0);
    };
    hear(course);
    if (planned === undefined && isStrange(course)) violations.push(`told the ${what.type} of a defect`);
    remember(process, course, (value) => hear({ kind: 'ended', value }));
    return { taken: process.taken };
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

  /** Recovery in fresh processes, for as long as money may be under way. */
  async function completeAll(): Promise<void> {
    for (let rounds = 0; rounds < MOST_ROUNDS; rounds += 1) {
      const payments = await world.payments();
      if (payments.every(({ status }) => status !== 'processing')) return;
      world.pass(BEYOND_BACKOFF);
      await worker();
    }
    violations.push('a payout never ends');
  }
}

const isStrange = (course: Course<OutgoingEvent>): boolean =>
  course.kind !== 'ended' || (course.value.isErr() && !HARMLESS.includes(course.value.error.kind));

/** A point of `trial` counts when its faults were reached. */
export const reached = ({ first, second }: Point, { steps }: Trial): boolean =>
  (first === undefined || first.step < steps.first.length) &&
  (second === undefined || second.step < steps[second.who].length);

/** Runs points side by side on stores that `open` gives, each store for a few of them. */
export async function tryPoints(
  open: () => Promise<ApprovalsStorage>,
  points: readonly Point[],
): Promise<readonly Readonly<{ point: Point; trial: Trial }>[]> {
  const tried: { point: Point; trial: Trial }[] = [];
  for (let from = 0; from < points.length; from += POINTS_PER_STORE) {
    const storage = await open();
    const left = points.slice(from, from + POINTS_PER_STORE);
    const lane = async () => {
      for (let point = left.shift(); point !== undefined; point = left.shift())
        tried.push({ point, trial: await tryPoint(storage, point) });
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    await storage.close();
  }
  return tried;
}

const POINTS_PER_STORE = 96;
const LANES = 8;
