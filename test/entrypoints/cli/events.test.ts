import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { TRIGGERS } from '../../../src/entrypoints/cli/triggers.ts';
import { type CliProcess, startCli } from '../../support/cli-process.ts';
import { runInProcess } from '../../support/run-program.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'paywright-events-'));
let server: CliProcess;
let env: Readonly<Record<string, string>>;

beforeAll(async () => {
  server = startCli(['serve'], { STORAGE: 'memory', PORT: '0', PAYWRIGHT_DATA_DIR: dataDir });
  env = { PAYWRIGHT_URL: (await server.said(/url +(\S+)/))[1] ?? '', PAYWRIGHT_DATA_DIR: dataDir };
});

afterAll(async () => {
  server.child.kill('SIGTERM');
  await server.ended;
  rmSync(dataDir, { recursive: true, force: true });
});

describe('paywright trigger', () => {
  it.concurrent.each(Object.keys(TRIGGERS))('makes %s happen', async (name) => {
    const { code, out, err } = await runInProcess(['trigger', name, '--json'], env);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out)).toMatchObject({ id: expect.stringMatching(/^evt_/), event_type: name });
  });

  it('asks no server but one of development, and knows what it can do', async () => {
    const other = await runInProcess(['trigger', 'payment.succeeded'], { ...env, PAYWRIGHT_TOKEN: 'a.b.c' });
    expect(other).toMatchObject({ code: 1, out: '', err: expect.stringContaining('development server') });
    expect((await runInProcess(['trigger', 'payment.stolen'], env)).code).toBe(2);
    const { out } = await runInProcess(['trigger', '--help'], env);
    for (const name of Object.keys(TRIGGERS)) expect(out).toContain(`  ${name} `);
  });
});

describe('paywright events tail', () => {
  it('prints those since a time, then what happens, of the types that are asked for', async () => {
    const before = JSON.parse((await runInProcess(['trigger', 'payment.failed', '--json'], env)).out) as {
      id: string;
    };
    const tail = startCli(
      ['events', 'tail', '--since', '2026-01-01', '--type', 'payment.failed,refund.created', '--json'],
      env,
    );
    onTestFinished(() => void tail.child.kill('SIGKILL'));
    await tail.said(new RegExp(before.id));
    const now = JSON.parse((await runInProcess(['trigger', 'refund.created', '--json'], env)).out) as {
      id: string;
    };
    await tail.said(new RegExp(now.id));
    tail.child.kill('SIGTERM');
    expect(await tail.ended).toBe(0);
    const events = tail
      .stdout()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, string>);
    expect(new Set(events.map(({ event_type }) => event_type))).toEqual(
      new Set(['payment.failed', 'refund.created']),
    );
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    expect(Object.keys(events[0] ?? {}).toSorted()).toEqual(['created', 'event_type', 'id', 'payment_id']);
    expect((await runInProcess(['events', 'tail', '--since', 'monday'], env)).code).toBe(2);
  });
});
