import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dataDirectory, type Offered, runCli, startCli, startServing } from '../../support/cli-process.ts';
import { eventually } from '../../support/eventually.ts';

describe('paywright keys', () => {
  it('create prints another key each time, that production takes', async () => {
    const [one, two] = await Promise.all([runCli(['keys', 'create']), runCli(['keys', 'create', '--json'])]);
    expect([one.code, two.code]).toEqual([0, 0]);
    const keys = [one.stdout.trim(), (JSON.parse(two.stdout) as { key: string }).key];
    for (const key of keys) expect(key).toMatch(/^k[0-9a-f]{16}:[A-Za-z0-9_-]{43}$/);
    expect(keys[0]).not.toBe(keys[1]);
  });

  it('rotate explains itself, and refuses a time without a unit', async () => {
    const help = await runCli(['keys', 'rotate', '--help']);
    expect(help.code).toBe(0);
    for (const part of [
      'Usage: paywright keys rotate',
      'Examples:',
      'Exit codes:',
      'PAYWRIGHT_CUSTOMER_KEYS',
    ])
      expect(help.stdout).toContain(part);
    expect((await runCli(['keys', 'rotate', '--settle', '30'])).code).toBe(2);
    expect((await runCli(['keys'])).code).not.toBe(0);
  });

  it('rotate leaves what people keep to people', async () => {
    const secrets = ['A', 'B'].map((letter) => letter.repeat(43));
    const { code, stdout } = await runCli(['keys', 'rotate', '--settle', '1s', '--json'], {
      STORAGE: 'memory',
      PAYWRIGHT_DATA_DIR: dir.path,
      PAYWRIGHT_CUSTOMER_KEYS: `new:${secrets[0]},old:${secrets[1]}`,
    });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ left_to_people: ['old'] });
  });

  let dir = dataDirectory();
  let served: Offered | undefined;
  beforeEach(() => {
    dir = dataDirectory();
  });
  afterEach(async () => {
    served?.cli.child.kill('SIGTERM');
    await served?.cli.ended;
    served = undefined;
    dir.remove();
  });

  const call = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${served?.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${served?.token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return {
      status: response.status,
      body: (await response.json()) as { id: string; items: { id: string }[] },
    };
  };
  const statesIn = (): readonly string[] =>
    (JSON.parse(readFileSync(join(dir.path, 'keys.json'), 'utf8')) as { keys: { state: string }[] }).keys.map(
      ({ state }) => state,
    );

  it('rotate is killed at any time and run again, under a server that keeps serving', async () => {
    const env = { STORAGE: 'dynamodb', PAYWRIGHT_DATA_DIR: dir.path };
    served = await startServing(env);
    const ids = new Map<string, string>();
    for (let index = 0; index < 20; index++) {
      const email = `customer-${index}@example.com`;
      const made = await call('POST', '/customers', { email, name: `Customer ${index}` });
      expect(made.status).toBe(201);
      ids.set(email, made.body.id);
    }
    expect(statSync(join(dir.path, 'keys.json')).mode & 0o777).toBe(0o600);
    for (const killAfterMs of [400, 2_500, 3_200]) {
      const rotating = startCli(['keys', 'rotate', '--settle', '3s'], env);
      await after(killAfterMs);
      rotating.child.kill('SIGKILL');
      await rotating.ended;
      const email = `during-${killAfterMs}@example.com`;
      const made = await call('POST', '/customers', { email, name: 'Between two runs' });
      expect(made.status).toBe(201);
      ids.set(email, made.body.id);
    }
    const ended = await runCli(['keys', 'rotate', '--settle', '1s', '--json'], env);
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(ended.stdout)).toMatchObject({ seen: ids.size + 2, left_to_people: [] });
    const [first, ...others] = statesIn();
    expect(first).toBe('current');
    expect(others.length).toBeGreaterThan(0);
    expect(new Set(others)).toEqual(new Set(['retired']));

    for (const [email, id] of ids) {
      const found = await call('GET', `/customers?email=${encodeURIComponent(email)}`);
      expect(found.body.items.map((each) => each.id)).toEqual([id]);
      expect((await call('POST', '/customers', { email, name: 'Again' })).status).toBe(409);
    }
    const again = startCli(['keys', 'rotate', '--settle', '60s'], env);
    await eventually(() => expect(statesIn()).toContain('older'));
    again.child.kill('SIGTERM');
    expect(await again.ended).toBe(1);
    expect(again.stderr()).toBe('paywright: stopped; run it again to go on\n');
  });
});
