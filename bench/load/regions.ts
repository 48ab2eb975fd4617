import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Server } from '../server.ts';
import { figuresOf } from './figures.ts';
import type { Installation } from './installation.ts';
import { openLoop, type Sample, type Stretch } from './open-loop.ts';
import { mixed, type Part, type Sizes } from './parts.ts';
import type { Asked, Till } from './till.ts';

/** Of claims, in both regions: one that is held longer without an answer is taken over. */
const LEASE_MS = 1_000;
/** The settings of both regions' processes, beside the name of each. */
const LEASES = {
  PAYWRIGHT_LEASE_MS: String(LEASE_MS),
  PAYWRIGHT_PROCESSOR_TIMEOUT_MS: String(LEASE_MS / 2),
} as const;

export const FIRST = { ...LEASES, PAYWRIGHT_REGION: 'first' } as const;
export const SECOND = { ...LEASES, PAYWRIGHT_REGION: 'second' } as const;

const FROZEN_MS = 3 * LEASE_MS;
/** After which a client asks the other region, and all clients ask it first for as long again. */
const PATIENCE_MS = 1_500;
const AGAIN_MS = 200;
const MOST_AGAIN_MS = 2_000;
const MOST_TRIES = 30;
/** The part of the time in which one is killed. */
const KILLED_FOR = 2 / 5;

/**
 * Two processes over one store, each asked for half. The first is cut off, frozen in the middle of a payment, for longer than its leases
 * last; what it held is taken over by the second, under the same keys; thawed, its late commits meet the fences of claims that are
 * not its own any more. It serves again, until its region is fenced, as an operator does it: from then on it refuses what it is sent, which the
 * second takes. At last it is killed. Ends with the second alone.
 */
export async function regions(
  installation: Installation,
  first: Server,
  second: Server,
  till: Till,
  { seconds: asked, perSecond }: Sizes,
): Promise<Part> {
  const seconds = Math.max(asked, (6 * FROZEN_MS) / 1_000);
  const began = performance.now();
  const since = () => performance.now() - began;
  const cut = cutOff(first, since);
  const route = routeBetween(first, second);
  const fence = fenceOf(since);
  const each = async (kind: Sample['kind'], n: number): Promise<boolean> => {
    const payment = kind === 'write' ? till.next() : undefined;
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const server = route.of(n + tries);
      const reply =
        payment === undefined ? till.read(server, n, PATIENCE_MS) : till.pay(server, payment, PATIENCE_MS);
      if (server === first && payment !== undefined) cut.sent(payment, reply);
      const sentAt = since();
      const { status, body } = await reply;
      if (server === first) fence.answered(sentAt, status, body);
      if (status === (payment === undefined ? 200 : 201)) {
        if (server === second && payment !== undefined) cut.takenByOther(payment);
        return true;
      }
      if (status === 0 || body['code'] === REFUSED) route.avoid(server);
      await new Promise((resolve) => setTimeout(resolve, Math.min(MOST_AGAIN_MS, AGAIN_MS * 2 ** tries)));
    }
    return false;
  };
  setTimeout(() => cut.arm(), (seconds * 1_000) / 5);
  let [fencedAt, killedAt] = [Number.NaN, Number.NaN];
  // Writes for the most part, since they are what could be doubled; both regions get both kinds.
  const samples = await openLoop(course(), mixed(1), each);
  const { frozenAt, thawedAt, held, takenOver } = cut.seen();
  const { refused, taken } = fence.seen();
  const endedAt = killedAt + KILLED_FOR * seconds * 1_000;
  return {
    title: `two regions over one store, ${perSecond}/s for ${seconds} s and more: one frozen for ${FROZEN_MS / 1_000} s, later fenced, at last killed`,
    rows: [
      { what: 'both', figures: figuresOf(samples, 0, frozenAt) },
      {
        what: 'one frozen',
        figures: figuresOf(samples, frozenAt, thawedAt),
        more: `${held} payments held by it, ${takenOver} taken over by the other meanwhile`,
      },
      { what: 'thawed', figures: figuresOf(samples, thawedAt, fencedAt) },
      {
        what: 'one fenced',
        figures: figuresOf(samples, fencedAt, killedAt),
        more: `${refused} refused by it, ${taken} taken that it was sent after its first refusal`,
      },
      { what: 'one killed', figures: figuresOf(samples, killedAt, endedAt) },
    ],
    samples,
    marks: [
      { fromMs: frozenAt, toMs: thawedAt, says: 'frozen' },
      { fromMs: fencedAt, toMs: killedAt, says: 'fenced' },
      { fromMs: killedAt, toMs: endedAt, says: 'killed' },
    ],
  };

  /** The command takes what it takes to start, and the load goes on meanwhile. */
  function* course(): Generator<Stretch> {
    yield { seconds: (seconds * 2) / 5, perSecond };
    let fault: unknown;
    fenceFirst(installation).then(
      () => {
        fencedAt = since();
      },
      (cause: unknown) => {
        fault = cause;
      },
    );
    while (Number.isNaN(fencedAt)) {
      if (fault !== undefined) throw fault;
      yield { seconds: 1, perSecond };
    }
    yield { seconds: seconds / 5, perSecond };
    process.kill(first.pid, 'SIGKILL');
    killedAt = since();
    yield { seconds: KILLED_FOR * seconds, perSecond };
  }
}

const PAYWRIGHT = fileURLToPath(new URL('../../bin/paywright', import.meta.url));

/** The command as an operator gives it; that its effect is complete is not waited for, so that it is measured. */
async function fenceFirst({ storage, dataDir }: Installation): Promise<void> {
  const env = { ...process.env, STORAGE: storage, PAYWRIGHT_DATA_DIR: dataDir };
  await promisify(execFile)(PAYWRIGHT, ['region', 'fence', FIRST.PAYWRIGHT_REGION, '--no-wait'], { env });
}

/** Of what a process that is fenced answers. */
const REFUSED = 'region_fenced';

/** Counts what the process refused because it is fenced, and what it took all the same of that which it was sent later. */
function fenceOf(since: () => number) {
  let refusedAt = Number.POSITIVE_INFINITY;
  let refused = 0;
  let taken = 0;
  return {
    answered(sentAt: number, status: number, body: Readonly<Record<string, unknown>>): void {
      if (body['code'] === REFUSED) {
        refused += 1;
        refusedAt = Math.min(refusedAt, since());
      } else if (status === 201 && sentAt > refusedAt) taken += 1;
    },
    seen: () => ({ refused, taken }),
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
