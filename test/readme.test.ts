import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliProcess, developmentToken, startCli } from './support/cli-process.ts';
import { GUIDE_TEXT, PRODUCTION_TEXT, ROOT, SHELL_BLOCKS } from './support/guide.ts';
import { pathWithNpx } from './support/npx-of-project.ts';

/** A line that begins no command belongs to the one before. */
const commands = [
  ...new Set(SHELL_BLOCKS.flatMap((block) => block.split(/\n(?=curl|npx|npm|STORAGE|PLATFORM_STORAGE)/))),
];

/** What CI itself runs, and what other tests start and kill. */
const RUN_ELSEWHERE = [
  'npm ci && npm start',
  'npm ci && npm test',
  'npm run emulators',
  'STORAGE=postgres npm start',
  'STORAGE=dynamodb npm start',
  'STORAGE=memory npm start',
  'PLATFORM_STORAGE=dynamodb APPROVALS_STORAGE=postgres npm start',
  'npx paywright webhooks listen',
  'npx paywright export --merchant merchant-123 --gzip',
  'npx paywright events tail --since 2026-03-01 --type refund.created',
];

/** Goes first: other commands leave events in a storage that no server is over, and events that wait for two minutes are a fault. */
const DOCTOR = 'npx paywright doctor';

describe('The README and the guide', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'paywright-readme-'));
  let server: CliProcess;
  let env: NodeJS.ProcessEnv;
  let url: string;
  beforeAll(async () => {
    const settings = { STORAGE: 'memory', PORT: '0', PAYWRIGHT_DATA_DIR: dataDir };
    // From its source, as readers start it.
    server = startCli(['serve'], settings, join(ROOT, 'bin/paywright'));
    url = (await server.said(/url +(\S+)/))[1] ?? '';
    const token = await developmentToken({ PAYWRIGHT_DATA_DIR: dataDir }, { merchant: 'merchant-123' });
    // Settings of the tests' own (a seed, a number of requests) are no settings of paywright.
    const others = Object.entries(process.env).filter(([name]) => !name.startsWith('PAYWRIGHT_'));
    const dispatcher = await developmentToken({ PAYWRIGHT_DATA_DIR: dataDir }, { role: 'dispatcher' });
    env = {
      ...Object.fromEntries(others),
      PATH: pathWithNpx(dataDir),
      TOKEN: token,
      DISPATCHER: dispatcher,
      PAYWRIGHT_DATA_DIR: dataDir,
      PAYWRIGHT_URL: url,
    };
  });
  afterAll(async () => {
    server.child.kill('SIGTERM');
    await server.ended;
    rmSync(dataDir, { recursive: true, force: true });
  });

  const run = (command: string) => spawnSync('bash', ['-c', command], { cwd: ROOT, env, encoding: 'utf8' });

  it.each(commands.filter((command) => command.startsWith('curl')))(
    'have a call that works: %s',
    (command) => {
      const { status, stdout } = run(command.replaceAll('http://localhost:8080', url));
      expect(status).toBe(0);
      if (command.includes('/events/stream')) return expect(stdout).toContain(': live');
      if (command.includes('/simulator/')) return expect(stdout).toContain('<h1>Approved</h1>');
      const [line = ''] = stdout.split('\n');
      const body = JSON.parse(line) as Record<string, unknown>;
      expect(body).not.toHaveProperty('code');
      // As a reader would, from the answer before.
      const { id = '', paymentId } = body;
      if (typeof paymentId === 'string') env['VENDOR_PAYMENT'] = paymentId;
      if (String(id).startsWith('pay_')) env['PAYMENT'] = String(id);
      if (String(id).startsWith('cus_')) env['CUSTOMER'] = String(id);
    },
  );

  it.each(
    commands
      .filter((command) => command.startsWith('npx paywright') && !RUN_ELSEWHERE.includes(command))
      .toSorted((one, other) => Number(other === DOCTOR) - Number(one === DOCTOR)),
  )('have a command that works: %s', (command) => {
    const { status, stdout } = run(command === DOCTOR ? `npx paywright migrate && ${command}` : command);
    expect(status).toBe(0);
    expect(stdout).not.toBe('');
  });

  it('have commands that npx runs as the program of this folder, with their arguments and standard input', () => {
    const [withInput = ''] = commands.filter((command) => command.includes('<<<'));
    for (const command of ['npx paywright token --help', withInput]) {
      const byNpx = spawnSync('bash', ['-c', command], {
        cwd: ROOT,
        env: { ...env, PATH: process.env['PATH'] },
        encoding: 'utf8',
      });
      const { status, stdout } = run(command);
      expect([byNpx.status, byNpx.stdout]).toEqual([status, stdout]);
      expect(status).toBe(0);
      expect(stdout).not.toBe('');
    }
  });

  it('have a program that does what it says beside its lines', () => {
    const [, program = ''] = /```ts\n([^`]*paywright-client[^`]*)```/.exec(GUIDE_TEXT) ?? [];
    const file = join(dataDir, 'program.ts');
    const source = join(ROOT, 'client/src/client.ts');
    writeFileSync(file, program.replace('paywright-client', source).replace('http://localhost:8080', url));
    const { status, stdout } = run(`node ${file}`);
    expect(status).toBe(0);
    const [first, second, third] = stdout.split('\n');
    expect([first, second]).toEqual([...program.matchAll(/\); ?\/\/ (\w+)/g)].map(([, said]) => said));
    expect(third).toMatch(/^pay_[0-9a-f]{32} \d+$/);
  });

  it('measure, by the command they give', () => {
    const report = join(dataDir, 'report.json');
    const { status, stdout } = run(`npm run bench -- --quick --storage memory --json ${report}`);
    expect(status).toBe(0);
    expect(stdout).toContain('| memory | process a payment |');
    expect(JSON.parse(readFileSync(report, 'utf8'))).toHaveProperty('storages.0.rows');
  });

  it('have no other command than those that are run', () => {
    const known = (command: string) =>
      command.startsWith('curl') ||
      command.startsWith('npx paywright') ||
      command === 'npm run bench' ||
      RUN_ELSEWHERE.includes(command);
    expect(commands.filter((command) => !known(command))).toEqual([]);
  });

  it('lead to a page that names every setting that production needs', () => {
    for (const name of [
      'PAYWRIGHT_SECRET',
      'JWT_JWKS_URL',
      'JWT_ISSUER',
      'JWT_AUDIENCE',
      'DATABASE_URL',
      'PAYWRIGHT_CUSTOMER_KEYS',
    ])
      expect(PRODUCTION_TEXT).toContain(name);
  });
});
