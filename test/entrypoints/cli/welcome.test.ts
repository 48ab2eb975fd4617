import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../src/entrypoints/cli/config.ts';
import { welcomeText } from '../../../src/entrypoints/cli/welcome.ts';

const SECRET = 'mR8vQ2xK0nZ5wTf1LbYc7GdHj4SpAe9U';
const config = (env: Readonly<Record<string, string>> = {}) =>
  readConfig({ JWT_SECRET: SECRET, ...env }, () => SECRET)._unsafeUnwrap();
const codes = { issue: (token: string) => (issued.push(token), 'once') };
const issued: string[] = [];
const started = { url: 'http://127.0.0.1:8080', storage: 'memory', codes };
const TOKEN = /eyJ[\w-]+\.[\w-]+\.[\w-]+/g;

describe('the start-up text', () => {
  it('gives a terminal a merchant’s and a dispatcher’s token, good for twelve hours', async () => {
    const text = await welcomeText(config(), { ...started, interactive: true });
    const claims = (text.match(TOKEN) ?? []).map(
      (token) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Claims,
    );
    expect(claims.map(({ merchant_id, role }) => merchant_id ?? role)).toEqual([
      'merchant-123',
      'dispatcher',
      'merchant-123',
    ]);
    for (const { iat, exp } of claims) expect(exp - iat).toBe(12 * 3_600);
  });

  it('gives a terminal a link to the console that says no token', async () => {
    const text = await welcomeText(config(), { ...started, interactive: true });
    expect(text).toContain('  http://127.0.0.1:8080/console/#code=once\n');
    expect(text).not.toContain(issued.at(-1));
    const claims = JSON.parse(Buffer.from(issued.at(-1)?.split('.')[1] ?? '', 'base64url').toString());
    expect(claims).toMatchObject({ merchant_id: 'merchant-123', role: 'admin' });
  });

  it('gives a file, a pipe or a log no token, and names the commands that make them', async () => {
    const text = await welcomeText(config({ PAYWRIGHT_DATA_DIR: '/data/one' }), {
      ...started,
      interactive: false,
    });
    expect(text.match(TOKEN)).toBeNull();
    expect(text).toContain("PAYWRIGHT_DATA_DIR='/data/one' npx paywright token --merchant merchant-123\n");
    expect(text).toContain('$(PAYWRIGHT_DATA_DIR=');
  });

  it('says that the embedded DynamoDB engine is open to every user of the machine', async () => {
    const said = async (env: Readonly<Record<string, string>>) =>
      (await welcomeText(config(env), { ...started, interactive: false })).includes('checks no signature');
    expect(await said({ STORAGE: 'dynamodb' })).toBe(true);
    expect(await said({ APPROVALS_STORAGE: 'dynamodb' })).toBe(true);
    expect(await said({ STORAGE: 'dynamodb', DYNAMODB_ENDPOINT: 'http://127.0.0.1:1' })).toBe(false);
    expect(await said({})).toBe(false);
  });
});

type Claims = Readonly<{ iat: number; exp: number; merchant_id?: string; role?: string }>;
