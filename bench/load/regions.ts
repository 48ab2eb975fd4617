import type { Server } from '../server.ts';
import { figuresOf } from './figures.ts';
import { openLoop, type Sample } from './open-loop.ts';
import { mixed, type Part, type Sizes } from './parts.ts';
import type { Asked, Till } from './till.ts';

/** Of claims, in both regions: one that is held longer without an answer is taken over. */
const LEASE_MS = 1_000;
/** The settings of both regions' processes. */
export const REGION = {
  PAYWRIGHT_LEASE_MS: String(LEASE_MS),
  PAYWRIGHT_PROCESSOR_TIMEOUT_MS: String(LEASE_MS / 2),
} as const;

const FROZEN_MS = 3 * LEASE_MS;
/** After which a client asks the other region, and all clients ask it first for as long again. */
const PATIENCE_MS = 1_500;
const AGAIN_MS = 200;
const MOST_AGAIN_MS = 2_000;
const MOST_TRIES = 30;

/**
 * Two processes over one store, each asked for half. The first is cut off, frozen in the middle of a payment, for longer than its leases
 * last; what it held is taken over by the second, under the same keys; thawed, its late commits meet the fences of claims that are
 * not its own any more. It serves again, and is then killed. Ends with the second alone.
 */
export async function regions(
  first: Server,
  second: Server,
  till: Till,
  { seconds: asked, perSecond }: Sizes,
): Promise<Part> {
  const seconds = Math.max(asked, (4 * FROZEN_MS) / 1_000);
  const began = performance.now();
  const since = () => performance.now() - began;
  const cut = cutOff(first, since);
  const route = routeBetween(first, second);
  const each = async (kind: Sample['kind'], n: number): Promise<boolean> => {
    const payment = kind === 'write' ? till.next() : undefined;
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const server = route.of(n + tries);
      const reply =
        payment === undefined ? till.read(server, n, PATIENCE_MS) : till.pay(server, payment, PATIENCE_MS);
      if (server === first && payment !== undefined) cut.sent(payment, reply);
      const { status } = await reply;
      if (status === (payment === undefined ? 200 : 201)) {
        if (server === second && payment !== undefined) cut.takenByOther(payment);
        return true;
      }
      if (status === 0) route.avoid(server);
      await new Promise((resolve) => setTimeout(resolve, Math.min(MOST_AGAIN_MS, AGAIN_MS * 2 ** tries)));
    }
    return false;
  };
  setTimeout(() => cut.arm(), (seconds * 1_000) / 4);
  const killAt = (seconds * 1_000 * 3) / 4;
  setTimeout(() => process.kill(first.pid, 'SIGKILL'), killAt);
  // Writes for the most part, since they are what could be doubled; both regions get both kinds.
  const samples = await openLoop([{ seconds, perSecond }], mixed(1), each);
  const { frozenAt, thawedAt, held, takenOver } = cut.seen();
  return {
    title: `two regions over one store, ${perSecond}/s for ${seconds} s: one frozen for ${FROZEN_MS / 1_000} s, later killed`,
    rows: [
      { what: 'both', figures: figuresOf(samples, 0, frozenAt) },
      {
        what: 'one frozen',
        figures: figuresOf(samples, frozenAt, thawedAt),
        more: `${held} payments held by it, ${takenOver} taken over by the other meanwhile`,
      },
      { what: 'thawed', figures: figuresOf(samples, thawedAt, killAt) },
      { what: 'one killed', figures: figuresOf(samples, killAt, seconds * 1_000) },
    ],
    samples,
    marks: [
      { fromMs: frozenAt, toMs: thawedAt, says: 'frozen' },
      { fromMs: killAt, toMs: seconds * 1_000, says: 'killed' },
    ],
  };
}

/** Each region in turn, or the other of one that did not answer lately. */
function routeBetween(first: Server, second: Server) {
  const avoided = new Map<Server, number>();
  const isAvoided = (server: Server) => performance.now() < (avoided.get(server) ?? 0);
  return {
    of(turn: number): Server {
      const [one, other] = turn % 2 === 0 ? [first, second] : [second, first];
      return isAvoided(one) && !isAvoided(other) ? other : one;
    },
    avoid: (server: Server) => void avoided.set(server, performance.now() + PATIENCE_MS),
  };
}

/** Freezes a process a moment after it was sent a payment, so that it holds one, and thaws it. */
function cutOff({ pid }: Server, since: () => number) {
  const open = new Set<Asked>();
  let held: ReadonlySet<Asked> = new Set();
  let isArmed = false;
  let frozenAt = Number.POSITIVE_INFINITY;
  let thawedAt = Number.POSITIVE_INFINITY;
  let takenOver = 0;
  const freeze = () => {
    process.kill(pid, 'SIGSTOP');
    frozenAt = since();
    held = new Set(open);
    setTimeout(() => {
      process.kill(pid, 'SIGCONT');
      thawedAt = since();
    }, FROZEN_MS);
  };
  return {
    /** Has the next payment that is sent to the process freeze it. */
    arm: () => void (isArmed = true),
    sent(payment: Asked, reply: Promise<unknown>): void {
      open.add(payment);
      void reply.then(() => open.delete(payment));
      // Long enough for the intent to be stored, and mostly too short for the answer.
      if (isArmed) setTimeout(freeze, 2);
      isArmed = false;
    },
    takenByOther(payment: Asked): void {
      if (since() < thawedAt && held.has(payment)) takenOver += 1;
    },
    seen: () => ({ frozenAt, thawedAt, held: held.size, takenOver }),
  };
}
