import { request } from 'node:http';
import { errAsync } from 'neverthrow';
import { afterEach, describe, expect, it } from 'vitest';
import { memoryStorage } from '../../../../src/adapters/memory/storage.ts';
import { jsonLogger } from '../../../../src/entrypoints/http/server/logger.ts';
import { type ListeningServer, serveHttp } from '../../../../src/entrypoints/http/server/node-server.ts';
import type { Storage } from '../../../../src/ports/storage.ts';
import { aMerchantId, anOpening } from '../../../fixtures/changes.ts';
import { readCsv } from '../../../support/csv-reader.ts';
import { anHttpApp } from '../../../support/http-app.ts';
import { exporting, exportsOf, silent, watched } from './export-calls.ts';

const servers: ListeningServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function stock(storage: Storage, count: number): Promise<void> {
  for (let each = 0; each < count; each += 1) {
    const opening = anOpening({ merchantId: aMerchantId('merchant-1') });
    (await storage.commits.commit(opening.change))._unsafeUnwrap();
  }
}

describe('an export over a socket', () => {
  async function aServer(storage: Storage) {
    const opened = await anHttpApp({}, storage);
    const log = jsonLogger({ level: 'silent' });
    const server = await serveHttp(opened.app, { host: '127.0.0.1', port: 0, log });
    servers.push(server);
    return { ...opened, url: server.url };
  }

  it('comes whole, however many pages it takes', async () => {
    const storage = memoryStorage();
    const { url } = await aServer(storage);
    await stock(storage, 450);
    const response = await fetch(`${url}/payments/export`, { headers: await exporting() });
    expect(readCsv(await response.text())).toHaveLength(451);
  });

  it('breaks off when the store goes silent in the middle, at whichever page', async () => {
    for (const failsAt of [2, 3, 4]) {
      const { storage } = watched((read, next) => (read === failsAt ? () => errAsync(silent) : next));
      const opened = await aServer(storage);
      await stock(storage, 320);
      const outcome = await fetch(`${opened.url}/payments/export`, { headers: await exporting() })
        .then((response) => response.text().then(() => 'whole'))
        .catch(() => 'cut');
      expect([failsAt, outcome]).toEqual([failsAt, 'cut']);
      expect(await exportsOf(opened)).toMatchObject([
        { status: 'failed', fault: 'storage_unavailable', rows: (failsAt - 1) * 100 },
      ]);
      const line = opened.lines.find((each) => each.includes('export_cut'));
      expect(line).toBeDefined();
      expect(opened.lines.join('')).not.toContain('secret');
    }
  });

  it('breaks off at a defect, which only the log shows', async () => {
    const { storage } = watched((read, next) => {
      if (read === 2) throw new Error('secret');
      return next;
    });
    const opened = await aServer(storage);
    await stock(storage, 120);
    const text = fetch(`${opened.url}/payments/export`, { headers: await exporting() }).then((response) =>
      response.text(),
    );
    await expect(text).rejects.toThrow();
    expect(await exportsOf(opened)).toMatchObject([{ status: 'failed', fault: 'interrupted', rows: 100 }]);
    expect(opened.lines.find((line) => line.includes('export_cut'))).toContain('"defect":{"name":"Error"');
    expect(opened.lines.join('')).not.toContain('secret');
  });

  it('reads no further than a reader that does not read, and stops when it goes away or takes nothing for too long', async () => {
    const { storage, reads } = watched((_, next) => next);
    const opened = await anHttpApp({}, storage);
    const log = jsonLogger({ level: 'silent' });
    const [patient, impatient] = await Promise.all(
      [600_000, 100].map((writeTimeoutMs) =>
        serveHttp(opened.app, { host: '127.0.0.1', port: 0, log, limits: { writeTimeoutMs } }),
      ),
    );
    if (patient === undefined || impatient === undefined) throw new Error('no server');
    servers.push(patient, impatient);
    const long = 'x'.repeat(500);
    for (let each = 0; each < 12_000; each += 1) {
      const opening = anOpening({ merchantId: aMerchantId('merchant-1'), description: long });
      (await storage.commits.commit(opening.change))._unsafeUnwrap();
    }
    const headers = await exporting();
    const reading = ({ url }: ListeningServer) => {
      const call = request(`${url}/payments/export`, { headers });
      call.on('error', () => {});
      call.on('response', (response) => response.pause());
      call.end();
      return call;
    };
    const settled = async () => {
      for (let before = -1; before !== reads(); ) {
        before = reads();
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      return reads();
    };
    const ends = async () =>
      (await exportsOf(opened)).map((each) => [each.status, 'fault' in each && each.fault]);
    const left = reading(patient);
    await expect.poll(reads).toBeGreaterThan(0);
    const stuck = await settled();
    expect(stuck).toBeLessThan(100);
    left.destroy();
    await expect.poll(ends).toEqual([['failed', 'interrupted']]);
    expect(await settled()).toBeLessThanOrEqual(stuck + 1);
    const stalled = reading(impatient);
    await expect.poll(ends).toEqual(Array(2).fill(['failed', 'interrupted']));
    stalled.destroy();
  });
});
