import { machine } from '../report.ts';
import type { Server } from '../server.ts';
import { chargesOf, faultsOf, storedPayments, verified } from './books.ts';
import { anInstallation, type Installation, type StorageName } from './installation.ts';
import { bursts, type Part, realistic, type Sizes } from './parts.ts';
import { FIRST, regions, SECOND } from './regions.ts';
import type { LoadReport } from './report.ts';
import { aTill, type Till } from './till.ts';

export const PARTS = ['realistic', 'bursts', 'regions'] as const;
export type PartName = (typeof PARTS)[number];

/** The loads to run, all that the storage can have unless some are asked for; undefined where one of those is none of it. */
export function partsOn(
  storage: StorageName,
  asked: readonly PartName[] | undefined,
): readonly PartName[] | undefined {
  const possible = PARTS.filter((part) => part !== 'regions' || storage !== 'memory');
  return (asked ?? possible).every((part) => possible.includes(part)) ? (asked ?? possible) : undefined;
}

/**
 * Puts the loads on processes over a store of their own, one after the other, and compares what was answered with the store, the store
 * with the processor's books, and the store with itself. Two regions need a store beside the processes: not memory.
 */
export async function runLoad(
  storage: StorageName,
  names: readonly PartName[],
  sizes: Sizes,
): Promise<LoadReport> {
  const installation = await anInstallation(storage);
  const till = aTill(installation.merchants);
  try {
    let server = await installation.start();
    await warmUp(server, till);
    const parts: Part[] = [];
    if (names.includes('realistic'))
      for (const readsOfFive of [4, 1]) parts.push(await realistic(server, till, sizes, readsOfFive));
    if (names.includes('bursts')) parts.push(await bursts(server, till, sizes));
    if (names.includes('regions') && storage !== 'memory') {
      await server.stop();
      const first = await installation.start(FIRST);
      server = await installation.start(SECOND);
      await Promise.all([warmUp(first, till), warmUp(server, till)]);
      parts.push(await regions(installation, first, server, till, sizes));
    }
    return {
      machine: machine(),
      storage,
      at: new Date().toISOString(),
      parts,
      ...(await comparison(installation, till, server)),
    };
  } finally {
    till.close();
    await installation.close();
  }
}

const WARM_UP = 100;
const LANES = 8;

/** Payments that are not measured, as a process that has just started compiles what it runs. */
async function warmUp(server: Server, till: Till): Promise<void> {
  let left = WARM_UP;
  const lane = async () => {
    while (left-- > 0) await till.pay(server, till.next());
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

async function comparison(
  installation: Installation,
  { asked }: Till,
  server: Server,
): Promise<Pick<LoadReport, 'compared' | 'faults'>> {
  const stored = await storedPayments(server, installation.merchants);
  const charges = chargesOf(installation);
  const faults = faultsOf(asked, stored, charges);
  const verdict = await verified(installation);
  const answered = asked.filter(({ paymentId }) => paymentId !== undefined).length;
  return {
    compared: [
      `${asked.length} payments were asked for and ${answered} answered as taken; ${stored.length} are stored.`,
      charges === undefined
        ? "The processor's books are in the server's memory, and were not compared."
        : `The processor has ${charges.size} charges.`,
      `Verify: ${verdict ?? 'a store in memory belongs to its server, and was not verified'}.`,
      `${faults.length} are lost, doubled or charged otherwise.`,
    ],
    faults: verdict === undefined || verdict === SOUND ? faults : [...faults, verdict],
  };
}

const SOUND = 'nothing is wrong';
