import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { simulatorLedger } from '../../src/adapters/processor/simulator-ledger.ts';
import type { Server } from '../server.ts';
import type { Installation, Merchant } from './installation.ts';
import type { Asked } from './till.ts';

/** A payment as a merchant's list has it. */
export type Stored = Readonly<{
  id: string;
  merchantId: string;
  key: string;
  amount: number;
  status: string;
}>;

/** Amounts that the processor charged, by payment. */
export type Charges = ReadonlyMap<string, number>;

/**
 * What is wrong between what was asked and answered, what is stored, and what the processor charged, a line each. A payment that
 * was asked for and not answered may be there or not, once at the most and then charged as it says.
 */
export function faultsOf(
  asked: readonly Asked[],
  stored: readonly Stored[],
  charges: Charges | undefined,
): readonly string[] {
  const byKey = Map.groupBy(stored, ({ key }) => key);
  const known = new Map(asked.map((payment) => [payment.key, payment]));
  const faults = asked.flatMap(({ key, paymentId, amount }) => {
    const here = byKey.get(key) ?? [];
    if (here.length > 1) return [`doubled: ${key} has ${here.length} payments`];
    if (paymentId === undefined) return [];
    const [payment] = here;
    if (payment === undefined || payment.id !== paymentId)
      return [`lost: ${paymentId} was answered, and is not there`];
    if (payment.amount !== amount || payment.status !== 'succeeded')
      return [
        `changed: ${paymentId} is ${payment.status} over ${payment.amount}, was answered over ${amount}`,
      ];
    return [];
  });
  const strange = stored
    .filter(({ key }) => !known.has(key))
    .map(({ id }) => `strange: ${id} was never asked for`);
  return [...faults, ...strange, ...(charges === undefined ? [] : faultsOfCharges(stored, charges))];
}

function faultsOfCharges(stored: readonly Stored[], charges: Charges): readonly string[] {
  const faults = stored
    .filter(({ id, amount, status }) =>
      status === 'succeeded' ? charges.get(id) !== amount : charges.has(id),
    )
    .map(
      ({ id, status, amount }) =>
        `charge: ${id} is ${status} over ${amount}, the processor has ${charges.get(id) ?? 'nothing'}`,
    );
  const ids = new Set(stored.map(({ id }) => id));
  const alone = [...charges.keys()].filter((id) => !ids.has(id));
  return [...faults, ...alone.map((id) => `charge: ${id} was charged, and no payment is there`)];
}

const ENDED = ['succeeded', 'failed', 'canceled'];
const MOST_WAITS = 120;

/** All payments of the merchants, once those under way have ended, for which recovery is given a minute. */
export async function storedPayments(
  server: Server,
  merchants: readonly Merchant[],
): Promise<readonly Stored[]> {
  for (let waits = 0; ; waits += 1) {
    const stored = (await Promise.all(merchants.map((merchant) => paymentsOf(server, merchant)))).flat();
    if (waits === MOST_WAITS || stored.every(({ status }) => ENDED.includes(status))) return stored;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

type Page = Readonly<{
  items: readonly Readonly<{ id: string; idempotency_key: string; amount: number; status: string }>[];
  next_cursor: string | null;
}>;

async function paymentsOf({ url }: Server, { id: merchantId, token }: Merchant): Promise<readonly Stored[]> {
  const payments: Stored[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const at = new URL(
      `/payments?limit=100${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
      url,
    );
    const answer = await fetch(at, { headers: { authorization: `Bearer ${token}` } });
    if (answer.status !== 200)
      throw new Error(`the payments of ${merchantId} cannot be read: ${answer.status}`);
    const page = (await answer.json()) as Page;
    for (const { id, idempotency_key: key, amount, status } of page.items)
      payments.push({ id, merchantId, key, amount, status });
    cursor = page.next_cursor;
  }
  return payments;
}

/** Undefined with a store in memory, as the simulator's books are then in the server's too. */
export function chargesOf({ storage, dataDir }: Installation): Charges | undefined {
  if (storage === 'memory') return undefined;
  const ledger = simulatorLedger(join(dataDir, 'simulator.sqlite'));
  const charges = new Map([...ledger.charges()].map(([id, { amount }]) => [id, Number(amount.minorUnits)]));
  ledger.close();
  return charges;
}

const PAYWRIGHT = fileURLToPath(new URL('../../bin/paywright', import.meta.url));

/** What `paywright verify` says of the store beside the running processes; undefined of one in memory. */
export async function verified({ storage, dataDir }: Installation): Promise<string | undefined> {
  if (storage === 'memory') return undefined;
  const env = { ...process.env, STORAGE: storage, PAYWRIGHT_DATA_DIR: dataDir };
  return new Promise((resolve) => {
    execFile(PAYWRIGHT, ['verify'], { env, maxBuffer: 10 ** 8 }, (fault, stdout, stderr) =>
      resolve(fault === null ? 'nothing is wrong' : `verify ended with ${fault.code}: ${stdout}${stderr}`),
    );
  });
}
