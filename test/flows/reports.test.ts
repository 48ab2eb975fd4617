import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliProcess, developmentToken, startCli } from '../support/cli-process.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/reports.md'), 'utf8');
const commands = [...PAGE.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, text = '']) =>
  text.trim().split(/\n(?=curl)/),
);

describe('docs/reports.md, followed', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'paywright-reports-'));
  let server: CliProcess;
  let url: string;
  let env: NodeJS.ProcessEnv;
  beforeAll(async () => {
    server = startCli(['serve'], { STORAGE: 'memory', PORT: '0', PAYWRIGHT_DATA_DIR: dataDir });
    url = (await server.said(/url +(\S+)/))[1] ?? '';
    const data = { PAYWRIGHT_DATA_DIR: dataDir };
    env = {
      PATH: process.env['PATH'],
      TOKEN: await developmentToken(data, { merchant: 'merchant-123' }),
      DISPATCHER: await developmentToken(data, { role: 'dispatcher' }),
    };
  });
  afterAll(async () => {
    server.child.kill('SIGTERM');
    await server.ended;
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('has a call for each report', () => {
    expect(commands.length).toBeGreaterThan(3);
    expect(commands.every((command) => command.startsWith('curl'))).toBe(true);
  });

  it.each(commands)('has a call that is answered with a report: %s', (command) => {
    const { status, stdout } = spawnSync('bash', ['-c', command.replaceAll('http://localhost:8080', url)], {
      env,
      encoding: 'utf8',
    });
    expect(status).toBe(0);
    if (command.includes('format=csv'))
      expect(stdout.split('\r\n')[0]).toMatch(/^[a-zA-Z_]+(?:,[a-zA-Z_]+)+$/);
    else expect(JSON.parse(stdout)).not.toHaveProperty('code');
  });
});
