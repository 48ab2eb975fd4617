import { LONGEST_WAIT_MS, overloaded } from './overload.ts';

/**
 * Through which all calls of one store go. A store that owes answers and gives none is silent: from then on no call is
 * begun, and those that wait are refused, until it answers a ping or one of the calls it has.
 */
export type StoreGate = Readonly<{
  /** Calls when there is a turn; what is refused with `overloaded` was not begun. */
  pass<T>(call: () => Promise<T>): Promise<T>;
  /** Asks the store, as a part of a call that has a turn, and notes whether there was an answer. */
  ask<T>(question: () => Promise<T>): Promise<T>;
  isSilent(): boolean;
  /** Calls back each time that the store falls silent. */
  onSilence(refuse: () => void): void;
  waiting(): number;
  close(): void;
}>;

/** How long a store may owe an answer before it is asked whether it is there, and how long a call waits for its turn. */
export type Patience = Readonly<{ suspectMs: number; waitMs: number }>;

export type GateTerms = Readonly<{
  /** How many calls may be under way at once, and how many may wait for a turn. */
  most: number;
  mostWaiting: number;
  /** Asks for next to nothing, beside all turns. */
  ping: () => Promise<unknown>;
  /** Whether a fault is what the store said, in place of its silence. */
  isAnswer: (fault: unknown) => boolean;
  /** As the product serves, unless it is given. */
  patience?: Patience | undefined;
}>;

export const SUSPECT_MS = 1_000;
/** How long the store has to answer a ping. */
export const PING_MS = 750;
/** How long after a ping without an answer the next is looked for. */
export const PING_EVERY_MS = 500;

/** Calls begin in the order they came. One timer while calls are under way; none holds the process. */
export function storeGate({
  most,
  mostWaiting,
  ping,
  isAnswer,
  patience: { suspectMs, waitMs: longestWaitMs } = { suspectMs: SUSPECT_MS, waitMs: LONGEST_WAIT_MS },
}: GateTerms): StoreGate {
  type Waiting = Readonly<{ begin: () => void; reject: (fault: unknown) => void; expiry: NodeJS.Timeout }>;
  const waiting = new Set<Waiting>();
  /** When each call began, the oldest first. */
  const underWay = new Map<object, number>();
  const listeners: (() => void)[] = [];
  let answeredAt = Number.NEGATIVE_INFINITY;
  let silent = false;
  let closed = false;
  let isAsking = false;
  let pinging: Promise<unknown> | undefined;
  let watch: NodeJS.Timeout | undefined;

  return {
    pass(call) {
      if (silent) return Promise.reject(overloaded('does not answer'));
      if (underWay.size < most) return run(call);
      if (waiting.size >= mostWaiting) return Promise.reject(overloaded('too many wait'));
      return new Promise((resolve, reject) => {
        const expiry = setTimeout(() => leave(each, 'waited too long'), longestWaitMs);
        expiry.unref();
        const each: Waiting = { begin: () => resolve(run(call)), reject, expiry };
        waiting.add(each);
      });
    },
    ask,
    isSilent: () => silent,
    onSilence: (refuse) => void listeners.push(refuse),
    waiting: () => waiting.size,
    close() {
      closed = true;
      clearTimeout(watch);
    },
  };

  async function run<T>(call: () => Promise<T>): Promise<T> {
    const turn = {};
    underWay.set(turn, performance.now());
    expectAnswer();
    try {
      return await call();
    } finally {
      underWay.delete(turn);
      next();
    }
  }

  function next(): void {
    for (const each of waiting) {
      if (underWay.size >= most) return;
      clearTimeout(each.expiry);
      waiting.delete(each);
      each.begin();
    }
  }

  function leave(each: Waiting, why: Parameters<typeof overloaded>[0]): void {
    clearTimeout(each.expiry);
    waiting.delete(each);
    each.reject(overloaded(why));
  }

  function answered(): void {
    answeredAt = performance.now();
    silent = false;
  }

  /** One timer, for the answer that is owed longest. */
  function expectAnswer(): void {
    const [oldest] = underWay.values();
    if (watch !== undefined || isAsking || closed || oldest === undefined) return;
    const suspectAt = Math.max(oldest, answeredAt) + suspectMs;
    watch = setTimeout(
      () => {
        watch = undefined;
        const [stillOldest] = underWay.values();
        if (stillOldest === undefined) return;
        if (performance.now() < Math.max(stillOldest, answeredAt) + suspectMs) expectAnswer();
        else void untilAnswered();
      },
      Math.max(1, suspectAt - performance.now()),
    );
    watch.unref();
  }

  /** Until the store answers, be it this or another call. */
  async function untilAnswered(): Promise<void> {
    isAsking = true;
    for (let waitMs = PING_MS; !closed; waitMs = PING_EVERY_MS) {
      const since = performance.now();
      pinging ??= pingOnce();
      await Promise.race([pinging, pause(waitMs).then(whatHasArrived)]);
      if (answeredAt >= since) break;
      fallSilent();
    }
    isAsking = false;
    expectAnswer();
  }

  async function ask<T>(question: () => Promise<T>): Promise<T> {
    try {
      const answer = await question();
      answered();
      return answer;
    } catch (fault) {
      if (isAnswer(fault)) answered();
      throw fault;
    }
  }

  async function pingOnce(): Promise<void> {
    try {
      await ask(ping);
    } catch {
      await pause(PING_EVERY_MS);
    } finally {
      pinging = undefined;
    }
  }

  function fallSilent(): void {
    if (silent) return;
    silent = true;
    for (const each of waiting) leave(each, 'does not answer');
    for (const refuse of listeners) refuse();
  }
}

/** After a process stood still its timers come before the answers that have arrived meanwhile. */
const whatHasArrived = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

const pause = (lengthMs: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, lengthMs).unref();
  });
