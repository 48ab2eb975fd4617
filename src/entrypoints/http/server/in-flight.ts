import { errAsync, okAsync, ResultAsync } from 'neverthrow';
import { currentRequest, type RequestScope } from './request-scope.ts';
import type { InFlightLimits } from './server-limits.ts';

/** Too many requests are in flight. Nothing of this one was begun. */
export type Overloaded = Readonly<{ kind: 'Overloaded' }>;
/** The client hung up before anything was begun for it. */
export type ClientLeft = Readonly<{ kind: 'ClientLeft' }>;
/** The region of this process was fenced. Nothing of the request was begun. */
export type RegionFenced = Readonly<{ kind: 'RegionFenced' }>;
export type NotAdmitted = Overloaded | ClientLeft | RegionFenced;

/** What was not admitted, and `stuck`: a turn that was taken back from a request that never ended. */
export type Shed = 'overloaded' | 'client_left' | 'stuck';

/** Asks for a turn of this request; it has at most one, until it is answered. */
export type Admit = (request: RequestScope) => ResultAsync<void, NotAdmitted>;

/**
 * Longer than all that a request waits for together: store, processor and lease have time-outs of their own. A large file may be sent for
 * longer; it goes on without its turn.
 */
const LONGEST_TURN_MS = 120_000;

const overloaded: Overloaded = { kind: 'Overloaded' };
const clientLeft: ClientLeft = { kind: 'ClientLeft' };

/**
 * The turns of requests in flight, first come, first served. A request that finds as many waiting as may run, or waits for
 * too long, is refused, and one whose client has left is dropped, before anything is begun for it. What has begun is never
 * stopped from here: a payment whose client leaves is carried through, and holds its turn until then.
 */
export function inFlight({ maxInFlight, maxWaitMs }: InFlightLimits, onShed: (what: Shed) => void): Admit {
  /** By age, with the time they began. */
  const running = new Map<RequestScope, number>();
  const turns = new WeakMap<RequestScope, ResultAsync<void, NotAdmitted>>();
  /** By age. */
  const waiting = new Map<RequestScope, (refused?: NotAdmitted) => void>();

  return (request) => {
    const turn = turns.get(request) ?? (request.hasLeft() ? refusal(clientLeft) : turnOf(request));
    turns.set(request, turn);
    return turn;
  };

  function turnOf(request: RequestScope): ResultAsync<void, NotAdmitted> {
    if (running.size >= maxInFlight) takeBackStuck();
    if (running.size < maxInFlight) {
      begin(request);
      return okAsync(undefined);
    }
    return waiting.size < maxInFlight ? waited(request) : refusal(overloaded);
  }

  function waited(request: RequestScope): ResultAsync<void, NotAdmitted> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const end = (refused?: NotAdmitted) => {
      clearTimeout(timer);
      waiting.delete(request);
      if (refused === undefined) resolve();
      else reject(refused);
    };
    const timer = setTimeout(() => {
      onShed('overloaded');
      end(overloaded);
    }, maxWaitMs);
    waiting.set(request, end);
    return ResultAsync.fromPromise(promise, (refused) => refused as NotAdmitted);
  }

  function begin(request: RequestScope): void {
    running.set(request, performance.now());
    request.atEnd = () => {
      if (running.delete(request)) next();
    };
  }

  function next(): void {
    for (const [request, end] of waiting) {
      if (running.size >= maxInFlight) return;
      if (request.hasLeft()) {
        onShed('client_left');
        end(clientLeft);
      } else {
        begin(request);
        end();
      }
    }
  }

  /** The oldest, if it has outlived everything it can have waited for; its fault is in the log. */
  function takeBackStuck(): void {
    const [oldest] = running;
    if (oldest === undefined || performance.now() - oldest[1] < LONGEST_TURN_MS) return;
    onShed('stuck');
    running.delete(oldest[0]);
  }

  function refusal(refused: NotAdmitted): ResultAsync<void, NotAdmitted> {
    onShed(refused.kind === 'Overloaded' ? 'overloaded' : 'client_left');
    return errAsync(refused);
  }
}

/** Of the region that the process is of. */
export type Standing = Readonly<{ now(): 'open' | 'unknown' | 'fenced' }>;

/** Admits none once the region of the process is known to be fenced. */
export const inOpenRegion =
  (standing: Standing | undefined, admit: Admit): Admit =>
  (request) =>
    standing?.now() === 'fenced' ? errAsync({ kind: 'RegionFenced' }) : admit(request);

/**
 * The same use cases, each begun for a request only in its turn; further ones of the same request need no other, and the
 * work of workers none. What `NotAdmitted` is answered with stands in every problem table, though no use case's type names it.
 */
export function admitted<Cases extends object>(useCases: Cases, admit: Admit): Cases {
  type UseCase = (...args: readonly unknown[]) => ResultAsync<unknown, unknown>;
  const inTurn =
    (useCase: UseCase): UseCase =>
    (...args) => {
      const request = currentRequest();
      return request === undefined ? useCase(...args) : admit(request).andThen(() => useCase(...args));
    };
  return Object.fromEntries(
    Object.entries(useCases).map(([name, useCase]) => [name, inTurn(useCase as UseCase)]),
  ) as Cases;
}
