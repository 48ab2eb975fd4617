import { type Answered, closedLoop } from '../closed-loop.ts';
import { keyOf, PAYMENT, paymentsAt } from '../http-throughput.ts';
import { chargesOf, faultsOf, storedPayments, verified } from '../load/books.ts';
import { anInstallation, type Installation } from '../load/installation.ts';
import { type Asked, aTill, type Till } from '../load/till.ts';
import type { Server } from '../server.ts';
import { type CountingReceiver, countingReceiver, type Received } from './received.ts';

/** What so many processes on one store did, and what of it was done twice or not at all: a line each. */
export type Shared = Readonly<{
  servers: number;
  loop: Answered;
  /** Payments that are stored at the end. */
  payments: number;
  /** Webhooks of the closed loop, and of everything, what came after a process was killed among it. */
  inLoop: Received;
  atEnd: Received;
  faults: readonly string[];
}>;

/** `connections` over all servers together; `rivals`: how many payments are each asked of two servers at once. */
export type Load = Readonly<{ seconds: number; connections: number; rivals: number }>;

/** Short, so that what a killed process held is taken over soon, and long beside any payment under load. */
const LEASE_MS = 10_000;
const SETTINGS = {
  PAYWRIGHT_LEASE_MS: String(LEASE_MS),
  PAYWRIGHT_PROCESSOR_TIMEOUT_MS: String(LEASE_MS / 2),
} as const;

/** The loop that counts, after one that warms up for a fifth of its time. */
const [WARM, RUN] = ['warm', 'loop'] as const;

/**
 * So many server processes on one Postgres, in a closed loop of connections that are shared out among them; then payments that two of them are
 * asked for at once under one key, while one of more than one is killed. At the end answers, store, processor and webhooks are compared.
 */
export async function serversOnOneStore(servers: number, load: Load): Promise<Shared> {
  const installation = await anInstallation('postgres');
  const till = aTill(installation.merchants);
  let receiver: CountingReceiver | undefined;
  try {
    const running: Server[] = [];
    for (let n = 0; n < servers; n += 1) running.push(await installation.start(SETTINGS));
    const [last] = running.slice(-1) as [Server];
    receiver = await countingReceiver(installation, last);
    const warm = await sharedLoop(installation, running, { ...load, seconds: load.seconds / 5 }, WARM);
    const loop = await sharedLoop(installation, running, load, RUN);
    const looped = [...askedInLoop(installation, WARM, warm), ...askedInLoop(installation, RUN, loop)];
    const inLoop = await receiver.settled(looped.length);
    await rivalry(running, till, load.rivals);
    const stored = await storedPayments(last, installation.merchants);
    const succeeded = stored.filter(({ status }) => status === 'succeeded').length;
    const atEnd = await receiver.settled(succeeded);
    const charges = chargesOf(installation);
    const verdict = await verified(installation);
    const asked = [...looped, ...till.asked];
    return {
      servers,
      loop,
      payments: stored.length,
      inLoop,
      atEnd,
      faults: [
        ...faultsOf(asked, stored, charges),
        ...(atEnd.events === succeeded
          ? []
          : [`webhooks: ${atEnd.events} events came of ${succeeded} payments that succeeded`]),
        ...(inLoop.most > 1 ? [`webhooks: one came ${inLoop.most} times, and no process had ended`] : []),
        ...(asked.length === stored.length
          ? []
          : [`payments: ${stored.length} are stored of ${asked.length} that were answered`]),
        ...(verdict === 'nothing is wrong' ? [] : [String(verdict)]),
      ],
    };
  } finally {
    till.close();
    await receiver?.stop();
    await installation.close();
  }
}

/** One closed loop over all servers, each of which has its part of the connections. */
function sharedLoop(
  { merchants }: Installation,
  servers: readonly Server[],
  { seconds, connections }: Load,
  run: string,
): Promise<Answered> {
  const tokens = merchants.map(({ token }) => token);
  const targets = servers.map(({ url }) => paymentsAt(url, tokens, run));
  return closedLoop(targets, { connections, seconds });
}

/** Every request of the loop was answered as taken, or the loop had ended with it. */
const askedInLoop = ({ merchants }: Installation, run: string, { answers }: Answered): readonly Asked[] =>
  Array.from({ length: answers }, (_, n) => ({
    merchantId: merchants[n % merchants.length]?.id as string,
    key: keyOf(run, n),
    amount: PAYMENT.amount,
  }));

const LANES = 16;
const PAUSE_MS = 250;
const MOST_TRIES = 400;

/**
 * Each payment is asked of two servers at once, again until both have said that it is taken. Where there are more servers than one, the first is killed
 * in the middle, and clients ask the others.
 */
async function rivalry(servers: readonly Server[], till: Till, payments: number): Promise<void> {
  let alive = servers;
  let begun = 0;
  const untilTaken = async (payment: Asked, turn: number) => {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const { status } = await till.pay(alive[(turn + tries) % alive.length] as Server, payment);
      if (status === 201) return;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    throw new Error(`${payment.key} was not taken`);
  };
  const lane = async () => {
    while (begun < payments) {
      begun += 1;
      if (begun === Math.ceil(payments / 2) && alive.length > 1) {
        const [first, ...others] = alive as [Server, ...Server[]];
        process.kill(first.pid, 'SIGKILL');
        alive = others;
      }
      const payment = till.next();
      const turn = begun;
      await Promise.all([untilTaken(payment, turn), untilTaken(payment, turn + 1)]);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}
