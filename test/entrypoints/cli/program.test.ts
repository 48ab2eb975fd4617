import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tokenVerifier } from '../../../src/entrypoints/http/server/authenticate.ts';
import { dataDirectory, runCli } from '../../support/cli-process.ts';
import { runInProcess } from '../../support/run-program.ts';

const LAUNCHER = fileURLToPath(new URL('../../../bin/paywright', import.meta.url));
const SECRET = 'mR8vQ2xK0nZ5wTf1LbYc7GdHj4SpAe9U';

const SECRET_NAMES = /secret|password|key|token|url|uri|dsn/i;
/** Of a server, where the token that it takes is in the environment, and what a payment is found or made once by. */
const OPEN: ReadonlySet<string> = new Set(['--url', '--key']);

/** What runs until it is stopped and says what it does in its log, and what prints a file: JSON as it is, or CSV. */
const OF_ONE_FORM: ReadonlySet<string> = new Set(['serve', 'worker', 'backup heads', 'sample-file']);

const helpOf = (command: string) => runInProcess([...command.split(' ').filter(Boolean), '--help'], {});

const subcommandsIn = (help: string): readonly string[] =>
  [...(/\nCommands:\n((?: {2}.*\n)+)/.exec(help)?.[1] ?? '').matchAll(/^ {2}([a-z][\w-]*)/gm)]
    .map(([, name]) => name ?? '')
    .filter((name) => name !== 'help');

/** Every command of the program and those below it, as it lists them itself. */
async function commandsBelow(command = ''): Promise<readonly string[]> {
  const names = subcommandsIn((await helpOf(command)).out).map((name) => `${command} ${name}`.trim());
  return (await Promise.all(names.map(async (name) => [name, ...(await commandsBelow(name))]))).flat();
}
const COMMANDS = await commandsBelow();

describe('paywright', () => {
  it('has these commands at least, so that what is held of each is held of some', () => {
    expect(COMMANDS).toEqual(
      expect.arrayContaining(['serve', 'doctor', 'payments create', 'exceptions resolve', 'trigger', 'cost']),
    );
    expect(COMMANDS.length).toBeGreaterThan(35);
  });

  it.each(COMMANDS)('%s --help explains itself', async (command) => {
    const { code, out, err } = await helpOf(command);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(`Usage: paywright ${command} `);
    expect(out).toContain('Exit codes:');
    if (subcommandsIn(out).length > 0) return;
    expect(out).toContain('Examples:');
    if (!OF_ONE_FORM.has(command)) expect(out).toContain('--json');
  });

  it.each(COMMANDS)(
    '%s takes no secret as an argument, where every user of the machine could read it',
    async (command) => {
      const { out } = await helpOf(command);
      const options = [...out.matchAll(/^ +(?:-\w, )?(--[\w-]+)/gm)].map(([, name]) => name ?? '');
      expect(options).toContain('--help');
      expect(options.filter((each) => SECRET_NAMES.test(each) && !OPEN.has(each))).toEqual([]);
    },
  );

  it('help serve says the same, and is no mistake', async () => {
    const { code, stdout } = await runCli(['help', 'serve']);
    expect(code).toBe(0);
    expect(stdout).toBe((await runCli(['serve', '--help'])).stdout);
  });

  it('--version says which it is', async () => {
    const { code, stdout } = await runCli(['--version']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('serve --help names every setting', async () => {
    const { stdout } = await runCli(['serve', '--help']);
    for (const name of ['DATABASE_URL', 'JWT_JWKS_URL', 'PAYWRIGHT_LEASE_MS', 'NODE_EXTRA_CA_CERTS']) {
      expect(stdout).toContain(name);
    }
  });

  it.each([
    ['no command', []],
    ['an unknown command', ['pay']],
    ['an unknown option', ['serve', '--fast']],
    ['an argument too many', ['migrate', 'up']],
    ['a token for nobody', ['token']],
    ['a token for two', ['token', '--merchant', 'm', '--role', 'admin']],
    ['a token for nobody with a merchant’s permissions', ['token', '--permissions', 'payments,refunds']],
    ['a merchant that cannot be', ['token', '--merchant', 'a b']],
    ['an unknown role', ['token', '--role', 'king']],
    ['an unknown permission', ['token', '--merchant', 'm', '--permissions', 'payments,everything']],
    ['a time without a unit', ['token', '--merchant', 'm', '--expires-in', '60']],
    ['a token for more than a year', ['token', '--merchant', 'm', '--expires-in', '367d']],
  ])('calls %s a usage error', async (_, args) => {
    const { code, stdout, stderr } = await runCli(args, { JWT_SECRET: SECRET, PAYWRIGHT_SECRET: SECRET });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).not.toContain('    at ');
  });

  it('prints every fault of the configuration, one on a line, and starts nothing', async () => {
    const dir = dataDirectory();
    const { code, stdout, stderr } = await runCli(['serve'], {
      PAYWRIGHT_DATA_DIR: join(dir.path, 'never'),
      PORT: 'x',
      STORAGE: 'mongodb',
      PAYWRIGHT_OOPS: '1',
    });
    expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
    expect(stderr.trimEnd().split('\n').toSorted()).toEqual([
      'paywright: PAYWRIGHT_OOPS: is not a setting',
      'paywright: PORT: must be a whole number',
      'paywright: STORAGE: must be one of postgres, dynamodb, memory',
    ]);
    expect(existsSync(join(dir.path, 'never'))).toBe(false);
    dir.remove();
  });

  it('refuses the configuration for every command alike', async () => {
    for (const args of [['worker'], ['migrate'], ['token', '--merchant', 'm']]) {
      expect((await runCli(args, { PORT: 'x' })).code).toBe(78);
    }
  });

  it('says which port is taken', async () => {
    const dir = dataDirectory();
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    const { code, stderr } = await runCli(['serve'], {
      STORAGE: 'memory',
      PORT: `${port}`,
      PAYWRIGHT_DATA_DIR: dir.path,
    });
    taken.close();
    dir.remove();
    expect(code).toBe(78);
    expect(stderr).toBe(`paywright: PORT: port ${port} on 127.0.0.1 is taken\n`);
  });
});

describe('paywright token', () => {
  const dir = dataDirectory();
  afterAll(dir.remove);

  const env = { JWT_SECRET: SECRET, PAYWRIGHT_SECRET: SECRET };
  const verify = tokenVerifier({ kind: 'hs256', secret: SECRET, issuer: 'paywright', audience: 'paywright' });

  it('makes a merchant’s token that the server believes', async () => {
    const { code, stdout } = await runCli(['token', '--merchant', 'merchant-123'], env);
    const principal = (await verify(`Bearer ${stdout.trim()}`))._unsafeUnwrap();
    expect(code).toBe(0);
    expect(principal).toMatchObject({ subject: 'merchant-123', merchantId: 'merchant-123' });
    expect(principal.permissions.has('payments')).toBe(true);
    expect(principal.permissions.has('admin')).toBe(false);
  });

  it('makes a token for managing merchants that names none, and may do more for those it chooses', async () => {
    for (const permissions of ['admin', 'admin,payments']) {
      const { code, stdout } = await runCli(['token', '--permissions', permissions], env);
      const principal = (await verify(`Bearer ${stdout.trim()}`))._unsafeUnwrap();
      expect([code, principal.merchantId, [...principal.permissions].join()]).toEqual([
        0,
        undefined,
        permissions,
      ]);
    }
  });

  it('makes a role’s token, with the permissions, subject and lifetime asked for', async () => {
    const args = [
      '--role',
      'dispatcher',
      '--permissions',
      'audit',
      '--subject',
      'ann',
      '--expires-in',
      '30m',
    ];
    const { stdout } = await runCli(['token', ...args, '--json'], env);
    const { token, expires_in } = JSON.parse(stdout) as { token: string; expires_in: number };
    const principal = (await verify(`Bearer ${token}`))._unsafeUnwrap();
    expect(principal).toMatchObject({
      subject: 'ann',
      roles: ['dispatcher'],
      permissions: new Set(['audit']),
    });
    const { iat = 0, exp = 0 } = decodeJwt(token);
    expect([expires_in, exp - iat]).toEqual([1_800, 1_800]);
  });

  it('makes tokens for a server that has never been started', async () => {
    const { code, stdout } = await runCli(['token', '--merchant', 'm'], { PAYWRIGHT_DATA_DIR: dir.path });
    expect(code).toBe(0);
    expect(decodeJwt(stdout.trim())).toMatchObject({ merchant_id: 'm', iss: 'paywright', aud: 'paywright' });
  });

  it('refuses in production, and where a key server is trusted', async () => {
    const jwks = {
      JWT_JWKS_URL: 'https://id.example/jwks',
      JWT_ISSUER: 'https://id.example',
      JWT_AUDIENCE: 'paywright',
      PAYWRIGHT_SECRET: SECRET,
    };
    const production = {
      STAGE: 'production',
      DATABASE_URL: 'postgres://app@db.example/x?sslmode=verify-full',
      JWT_SECRET: 'u7Fk2Lq9XzR4mTb8WcYe1NdHg5JpVa3S',
      JWT_ALLOW_HS256: '1',
      JWT_ISSUER: 'paywright',
      JWT_AUDIENCE: 'paywright',
      PAYWRIGHT_SECRET: SECRET,
      PAYWRIGHT_PROCESSOR: 'simulator',
      PAYWRIGHT_OBJECTS: 'folder',
      PAYWRIGHT_APPROVAL_QUEUE: 'storage',
      PAYWRIGHT_EVENT_BUS: 'storage',
      PAYWRIGHT_CUSTOMER_KEYS: 'k1:Zq3T8mW5xK1vB7nR2yL9cF4hJ6dG0sPaEuXiOwYtUbM',
    };
    for (const settings of [jwks, production]) {
      const { code, stdout } = await runCli(['token', '--merchant', 'm'], settings);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    }
  });
});

describe('bin/paywright', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'paywright-bin-'));
    writeFileSync(join(folder, 'node'), '#!/bin/sh\necho "too old" >&2\nexit 9\n', { mode: 0o755 });
    symlinkSync(LAUNCHER, join(folder, 'paywright'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('needs no node of the system, and can be linked to from anywhere', async () => {
    const PATH = `${folder}:/usr/bin:/bin`;
    for (const command of [LAUNCHER, join(folder, 'paywright')]) {
      const { code, stdout } = await runCli(['--help'], { PATH }, command);
      expect(code).toBe(0);
      expect(stdout).toContain('Usage: paywright');
    }
  });

  it('keeps what it compiled where its code is, for its own user alone', () => {
    const kept = fileURLToPath(new URL('../../../node_modules/.cache/paywright', import.meta.url));
    rmSync(kept, { recursive: true, force: true });
    execFileSync(LAUNCHER, ['--help'], { env: { PATH: '/usr/bin:/bin' } });
    const [versions = ''] = readdirSync(kept);
    expect(readdirSync(join(kept, versions)).length).toBeGreaterThan(10);
    expect(statSync(kept).mode & 0o077).toBe(0);
  });
});
