import type { Result, ResultAsync } from 'neverthrow';
import { aProcess, type Course, type Planned, type Process } from './faulty-process.ts';
import type { Follower, Outage, Point, Scenario } from './points.ts';

export type Failed = Readonly<{ kind: string }>;

/** A request under its key: the same value again is the same request again. */
export type Sent<Request> = Readonly<{ request: Request; key: string }>;

/** When a request was sent and when its reply came, as moments that are counted up. */
export type Span = Readonly<{ begun: number; ended: number }>;

/** One service, and all that outlives its processes: the store, the processor's books, the time. */
export type World<Request, Reply> = Readonly<{
  leaseMs: number;
  pass(lengthMs: number): void;
  beginOutage(outage: Outage): void;
  endOutage(): void;
  /** The request as `process` serves it. */
  serve(process: Process, sent: Sent<Request>): ResultAsync<Reply, Failed>;
  /** One round of recovery in `process`, over what belongs to this world only. */
  recover(process: Process): ResultAsync<unknown, Failed>;
  /** Called for each reply that a client gets, in their order. A process may have stood still since the request was sent. */
  replied(sent: Sent<Request>, reply: Result<Reply, Failed>, span: Span): void;
  /** What a failure says to a client whose process is without trouble. */
  meaningOf(failure: Failed): 'answer' | 'come back' | 'in flight' | 'defect';
  /** What a request leaves behind that gets as far as its first commit. */
  traces(sent: Sent<Request>): Promise<string>;
  /** True while recovery has something to do for these, at once or after it has backed off. */
  isOpen(sent: readonly Sent<Request>[]): Promise<boolean>;
  /** For how long these may be held for their clients to try again; 0 when none of them is. */
  heldForMs(sent: readonly Sent<Request>[]): Promise<number>;
  /** All that is wrong when everything has come to rest. */
  endFaults(sent: readonly Sent<Request>[]): Promise<readonly string[]>;
}>;

/** What came of one point. `steps` names every step that the hurt (or hurtable) processes took. */
export type Trial = Readonly<{
  violations: readonly string[];
  steps: Readonly<{ first: readonly string[] } & Record<Follower, readonly string[]>>;
}>;

/** Longer than recovery ever backs off. */
const BEYOND_BACKOFF = 300_001;
const MOST_ROUNDS = 3;

/** Plays one point to its end in a world of its own, and says everything that is wrong there. */
export async function tryPoint<Request extends Readonly<{ type: string }>, Reply>(
  world: World<Request, Reply>,
  { scenario, order, first, second }: Point<Scenario<Request>>,
): Promise<Trial> {
  type SentRequest = Sent<Request>;
  const beyondLease = world.leaseMs + 1;
  const violations: string[] = [];
  const earlier = scenario.before.map((request, n) => ({ request, key: `before-${n}` }));
  const sent: SentRequest[] = [];
  const started: (() => Promise<void>)[] = [];
  let moment = 0;

  for (const each of earlier) {
    await client(each);
    world.pass(beyondLease);
    await completeAll([each]);
  }
  const request = newRequest(scenario.request, 'request');
  const untouched = await world.traces(request);
  if (scenario.outage !== undefined) world.beginOutage(scenario.outage);
  const opening = await client(request, first);
  if (!opening.taken.includes('commit') && (await world.traces(request)) !== untouched)
    violations.push('something was left behind before the first commit');
  if (scenario.outage?.lasts === 'first request') world.endOutage();
  if (scenario.rival !== undefined) await client(newRequest(scenario.rival, 'rival'));
  world.pass(beyondLease);

  const plannedFor = (who: Follower) => (second?.who === who ? second : undefined);
  const comeBack = () => client(request, plannedFor('retry'));
  const recover = () => worker(plannedFor('recovery'));
  const [retry, recovery] = await inOrder();
  world.pass(beyondLease);
  await completeAll();

  world.endOutage();
  await letAllGo();
  await completeAll();
  const isSilent = order.includes('silence');
  if (!isSilent) await comeBackForGood();
  if ((await giveUp()) || isSilent) {
    await comeBackForGood();
    await giveUp();
  }
  for (const each of [...sent, ...sent])
    if (!isAnswered((await client(each)).course))
      violations.push(`no answer to the ${each.request.type} in the end`);
  world.pass(beyondLease);
  await completeAll();
  violations.push(...(await world.endFaults([...earlier, ...sent])));
  return { violations, steps: { first: opening.taken, retry: retry.taken, recovery: recovery.taken } };

  async function inOrder() {
    switch (order) {
      case 'what was late, then retry, then recovery':
        await letAllGo();
        return retryThenRecover();
      case 'retry, then what was late, then recovery': {
        const back = await comeBack();
        if (isBlocked(back.course)) violations.push('the key is blocked beyond its lease');
        await letAllGo();
        return [back, await recover()] as const;
      }
      case 'retry, then recovery':
      case 'retry, then silence until the key is given up':
        return retryThenRecover();
      case 'recovery, then retry': {
        const recovered = await recover();
        world.pass(beyondLease);
        const back = await comeBack();
        if (isBlocked(back.course)) violations.push('the key is blocked beyond its lease');
        return [back, recovered] as const;
      }
      case 'retry and recovery at once':
        return Promise.all([comeBack(), recover()]);
    }
  }

  async function retryThenRecover() {
    const back = await comeBack();
    if (isBlocked(back.course)) violations.push('the key is blocked beyond its lease');
    world.pass(beyondLease);
    return [back, await recover()] as const;
  }

  async function letAllGo(): Promise<void> {
    for (const letGo of started.splice(0)) await letGo();
    world.pass(beyondLease);
  }

  function newRequest(of: Request, key: string): SentRequest {
    const each = { request: of, key };
    sent.push(each);
    return each;
  }

  /** A client sends a request, which a process of its own serves. */
  async function client(what: SentRequest, planned?: Planned) {
    const process = aProcess(planned);
    const begun = ++moment;
    const replied = (reply: Result<Reply, Failed>) => world.replied(what, reply, { begun, ended: ++moment });
    const course = await process.follow(world.serve(process, what));
    if (course.kind === 'ended') replied(course.value);
    if (planned === undefined && isDefect(course)) violations.push(`a defect for the ${what.request.type}`);
    remember(process, course, replied);
    return { taken: process.taken, course };
  }

  async function worker(planned?: Planned) {
    const process = aProcess(planned);
    const course = await process.follow(world.recover(process));
    remember(process, course, () => {});
    return { taken: process.taken };
  }

  function remember<T>(process: Process, course: Course<T>, ended: (value: T) => void): void {
    started.push(async () => {
      await process.letGo();
      if (course.kind === 'held') ended(await course.rest);
    });
  }

  /** Recovery in processes without trouble, for as long as it has something to do. */
  async function completeAll(of: readonly SentRequest[] = sent): Promise<void> {
    for (let rounds = 0; rounds < MOST_ROUNDS; rounds += 1) {
      if (!(await world.isOpen(of))) return;
      await worker();
      world.pass(BEYOND_BACKOFF);
    }
  }

  /** The clients ask again for everything, and recovery ends what that leaves open. */
  async function comeBackForGood(): Promise<void> {
    for (const each of sent)
      if (isBlocked((await client(each)).course)) violations.push('a key is blocked beyond its lease');
    world.pass(beyondLease);
    await completeAll();
  }

  /** The clients do not come back for as long as their requests are held for them, and recovery ends those; false when none is held. */
  async function giveUp(): Promise<boolean> {
    const heldForMs = await world.heldForMs(sent);
    if (heldForMs === 0) return false;
    world.pass(heldForMs);
    await completeAll();
    return true;
  }

  function meaningOf(course: Course<Result<Reply, Failed>>) {
    if (course.kind !== 'ended') return undefined;
    return course.value.isOk() ? 'answer' : world.meaningOf(course.value.error);
  }

  function isAnswered(course: Course<Result<Reply, Failed>>): boolean {
    return meaningOf(course) === 'answer';
  }

  function isBlocked(course: Course<Result<Reply, Failed>>): boolean {
    return meaningOf(course) === 'in flight';
  }

  function isDefect(course: Course<Result<Reply, Failed>>): boolean {
    const meaning = meaningOf(course);
    return meaning === undefined || meaning === 'defect';
  }
}

/** A point of `trial` counts when its faults were reached. */
export const isReached = (
  { first, second }: Pick<Point<unknown>, 'first' | 'second'>,
  { steps }: Trial,
): boolean =>
  (first === undefined || first.step < steps.first.length) &&
  (second === undefined || second.step < steps[second.who].length);
