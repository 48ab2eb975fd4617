import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { systemClock } from '../../src/adapters/system/clock.ts';
import { consoleApp } from '../../src/entrypoints/http/console/console-app.ts';
import { consoleFiles } from '../../src/entrypoints/http/console/console-files.ts';
import { consoleSessions } from '../../src/entrypoints/http/console/console-sessions.ts';
import { oneTimeCodes } from '../../src/entrypoints/http/console/one-time-codes.ts';
import { tokenVerifier } from '../../src/entrypoints/http/server/authenticate.ts';
import { clientAddressBehind } from '../../src/entrypoints/http/server/client-address.ts';
import { jsonLogger } from '../../src/entrypoints/http/server/logger.ts';
import { platformMetrics } from '../../src/entrypoints/http/server/metrics.ts';
import { aClock } from '../fixtures/jobs.ts';
import { AUDIENCE, anHttpApp, aToken, ISSUER, SECRET } from './http-app.ts';

const ORIGIN = 'http://localhost';
/** What a browser says of a request of the console's own page. */
export const OWN = { 'sec-fetch-site': 'same-origin', origin: ORIGIN };
export const JSON_TYPE = { 'content-type': 'application/json' };

type Given = Readonly<{ built?: boolean; clock?: ReturnType<typeof aClock>; filesAt?: string }>;

/** Makes apps of the console over memory, each with the same few files as built ones, which are there for as long as the tests of the file. */
export function consolesOfTests() {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'paywright-console-'));
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'index.html'), '<!doctype html><title>console</title>');
    writeFileSync(join(folder, 'assets', 'app-1a2b.js'), 'export {};');
    writeFileSync(join(folder, 'secret.map'), '{}');
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  return aConsole;

  async function aConsole({ built = true, clock = aClock(Date.now()), filesAt }: Given = {}) {
    const { app: api, storage } = await anHttpApp();
    const lines: string[] = [];
    const refused: unknown[] = [];
    const codes = oneTimeCodes(clock);
    const files = built ? consoleFiles(folder) : undefined;
    const app = consoleApp({
      api,
      ...(files === undefined ? {} : { files }),
      ...(filesAt === undefined ? {} : { filesAt }),
      authenticate: tokenVerifier({ kind: 'hs256', secret: SECRET, issuer: ISSUER, audience: AUDIENCE }),
      noteFailedAuthentication: (claimed) => void refused.push(claimed),
      sessions: consoleSessions({ leases: storage.leases, clock: systemClock }),
      codes,
      live: true,
      metrics: platformMetrics(),
      log: jsonLogger({ level: 'info', destination: { write: (line) => void lines.push(line) } }),
      clientAddress: clientAddressBehind([]),
      newRequestId: () => 'request-1',
    });
    const send = async (path: string, init: RequestInit = {}) =>
      app.fetch(new Request(`${ORIGIN}${path}`, init));
    const login = (body: object, headers: Record<string, string> = OWN) =>
      send('/console/session', {
        method: 'POST',
        headers: { ...JSON_TYPE, ...headers },
        body: JSON.stringify(body),
      });
    const loggedIn = async (claims: object = {}) => {
      const response = await login({
        token: await aToken({ permissions: ['payments', 'refunds'], ...claims }),
      });
      expect(response.status).toBe(200);
      const [cookie = ''] = (response.headers.get('set-cookie') ?? '').split(';');
      return { ...OWN, cookie };
    };
    return { send, login, loggedIn, codes, clock, lines, refused };
  }
}
