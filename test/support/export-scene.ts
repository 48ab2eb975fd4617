import { gunzipSync } from 'node:zlib';
import { ResultAsync } from 'neverthrow';
import { systemFiles } from '../../src/adapters/objects/files.ts';
import { folderObjects } from '../../src/adapters/objects/folder.ts';
import { systemIds } from '../../src/adapters/system/ids.ts';
import { systemSignedTokens } from '../../src/adapters/system/signed-tokens.ts';
import { cancelExport } from '../../src/application/files/cancel-export.ts';
import {
  type ExportTerms,
  type ExportWorkPorts,
  exportWork,
} from '../../src/application/files/export-work.ts';
import { getExport, listExports } from '../../src/application/files/read-exports.ts';
import { runJobs } from '../../src/application/files/run-jobs.ts';
import {
  EXPORT_WORKS,
  type StartExportRequest,
  startExport,
} from '../../src/application/files/start-export.ts';
import { exportFileRetention } from '../../src/application/files/sweep-exports.ts';
import type { FileExport } from '../../src/domain/files/file-export.ts';
import { exportEncoder } from '../../src/entrypoints/files/export-encoder.ts';
import { LEAST_PART_BYTES } from '../../src/ports/object-store.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { ProcessDied, readAll } from '../contract/breakable-objects.ts';
import { aMerchantId, digests, NOON, origin, SECRET } from '../fixtures/changes.ts';
import { aClock } from '../fixtures/jobs.ts';
import { temporaryFolder } from './objects.ts';

/** So small that a few rows are many pages and parts. */
const TERMS: ExportTerms = { pageRows: 2, partBytes: 700, stepPages: 3 };
const LEASE_MS = 60_000;

export type ExportScene = ReturnType<typeof exportScene>;

/** Exports over a storage, with files of their own in which a part may be of any size. */
export function exportScene(storage: Storage, clock = aClock(NOON + 3_600_000)) {
  const tokens = systemSignedTokens(SECRET);
  const files = { ...systemFiles, sizeOf: () => Promise.resolve(LEAST_PART_BYTES) };
  const folder = temporaryFolder();
  const { objects, leftovers } = folderObjects({ folder, tokens, clock, files });
  const ports = {
    ...storage,
    objects,
    exportEncoder,
    signedTokens: tokens,
    clock,
    ids: systemIds,
    digests,
  };
  const start = startExport(ports);
  const get = getExport(ports);
  const a = aMerchantId();
  let workers = 0;

  return {
    ports,
    clock,
    objects,
    leftovers,
    retention: exportFileRetention(ports),
    cancel: cancelExport(ports),
    list: listExports(ports),
    order: (parts: Partial<StartExportRequest> = {}) =>
      start({ merchantId: a, source: 'payments', format: 'json', gzip: false, filter: {}, origin, ...parts }),
    get: async ({ merchantId, id }: FileExport) => (await get({ merchantId, id }))._unsafeUnwrap(),
    /** One turn of everything that is due, by a worker of its own, which may be stopped at its first step. */
    async work(
      its: Readonly<{
        ports?: ExportWorkPorts;
        terms?: ExportTerms;
        turnMs?: number;
        isStopping?: boolean;
      }> = {},
    ) {
      const { ports: asked = ports, terms = TERMS, turnMs = 600_000, isStopping = false } = its;
      workers += 1;
      const works = new Map(EXPORT_WORKS.map((work) => [work, exportWork(asked, terms)]));
      const run = runJobs(asked, works, {
        holder: `worker-${workers}`,
        leaseMs: LEASE_MS,
        turnMs,
      });
      return (await run(9, () => isStopping))._unsafeUnwrap();
    },
    /** The lease of the dead worker is over. */
    afterTheLease: () => clock.move(LEASE_MS),
    /** The text of a file, unpacked if it is packed. */
    async textOf(order: FileExport): Promise<string> {
      const keys = (
        await objects.list(`exports/${order.merchantId}/${order.id}.`, { limit: 9 })
      )._unsafeUnwrap();
      const [key] = keys;
      if (key === undefined || keys.length > 1) throw new Error(`${keys.length} files of ${order.id}`);
      const { bytes } = (await objects.get(key))._unsafeUnwrap();
      const read = await readAll(bytes);
      if (read.fault !== undefined) throw new Error(read.fault);
      return (order.gzip ? gunzipSync(read.bytes) : read.bytes).toString();
    },
  };
}

/** The JSON texts of a file of JSON lines. */
export const linesOf = (text: string): readonly Record<string, unknown>[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const ASKED = ['aggregates', 'commits', 'payments', 'ledger', 'auditTrail', 'objects'] as const;

/** The same world for a process that dies at its nth step: before it asks something, or after that took effect. */
export const dyingAt = (ports: ExportWorkPorts, nth: number): ExportWorkPorts => dying(ports, ASKED, nth);

/** The same for any ports of which some are asked. */
export function dying<Ports extends object>(
  ports: Ports,
  asked: readonly (keyof Ports)[],
  nth: number,
): Ports {
  let steps = 0;
  const step = () => {
    steps += 1;
    if (steps >= nth) throw new ProcessDied();
  };
  const mortal = (port: object): object =>
    Object.fromEntries(
      Object.entries(port).map(([name, call]: [string, (...args: unknown[]) => unknown]) => [
        name,
        (...args: unknown[]) => {
          const reply = async () => {
            step();
            const answer = await (call(...args) as ResultAsync<unknown, unknown>);
            step();
            return answer;
          };
          return new ResultAsync(reply());
        },
      ]),
    );
  return { ...ports, ...Object.fromEntries(asked.map((name) => [name, mortal(ports[name] as object)])) };
}
