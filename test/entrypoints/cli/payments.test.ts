import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { faultyGateway } from '../../support/faulty-gateway.ts';
import { anHttpApp, aToken } from '../../support/http-app.ts';
import { runInProcess } from '../../support/run-program.ts';

let gateway: Awaited<ReturnType<typeof faultyGateway>>;
let env: Readonly<Record<string, string>>;

const as = (sub: string) => aToken({ sub, permissions: ['payments', 'refunds', 'resolutions'] });

beforeEach(async () => {
  gateway = await faultyGateway((await anHttpApp()).app);
  env = { PAYWRIGHT_URL: gateway.url, PAYWRIGHT_TOKEN: await as('ann') };
});

afterEach(() => gateway.close().catch(() => {}));

const run = (line: string, more: Readonly<Record<string, string>> = {}) =>
  runInProcess(['payments', ...line.split(' ')], { ...env, ...more });
const jsonOf = async (line: string) =>
  JSON.parse((await run(`${line} --json`)).out) as Readonly<{ id: string; version: number; items: unknown }>;
const keyIn = (text: string) => /^idempotency key: (\S+)$/m.exec(text)?.[1] ?? '';

const CREATE = 'create --amount 1999 --currency USD';

describe('paywright payments create', () => {
  it('prints the key that it sends, under which the same command does nothing twice', async () => {
    const first = await run(`${CREATE} --metadata order=1001 --description shoes`);
    expect(first.code).toBe(0);
    expect(first.out).toMatch(/^pay_[0-9a-f]{32} {2}succeeded\n {2}amount +19\.99 USD\n/);
    const key = keyIn(first.err);
    const again = await run(`${CREATE} --metadata order=1001 --description shoes --key ${key}`);
    expect(again.out).toBe(first.out);
    const { items } = await jsonOf('list --metadata order=1001');
    expect(items).toEqual([expect.objectContaining({ idempotency_key: key, description: 'shoes' })]);
  });

  it('says how to go on when no answer came, and that finds what became of it', async () => {
    gateway.meet(['lost', 'lost', 'lost', 'lost', 'lost']);
    const lost = await run(CREATE);
    expect(lost.code).toBe(1);
    const key = keyIn(lost.err);
    expect(lost.err).toContain(`repeat the command with --key ${key}\n`);
    expect((await run(`${CREATE} --key ${key}`)).code).toBe(0);
    expect(await jsonOf('list')).toMatchObject({ items: [{ idempotency_key: key }], more: false });
  });

  it('ends with 1 and the code when it is declined', async () => {
    const { code, out, err } = await run(`${CREATE} --method test_declined`);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^paywright: .+ \(402 card_declined, request .+, pay_[0-9a-f]{32}\)$/m);
  });

  it('says what is wrong where', async () => {
    const { code, err } = await run('create --amount 5 --currency XXX');
    expect(code).toBe(1);
    expect(err).toMatch(/\(400 invalid_request.*\)\n {2}currency: /);
  });
});

describe('what is held', () => {
  it('is captured in part, given back in part, and the rest is void', async () => {
    const { id } = await jsonOf(`${CREATE} --hold`);
    expect((await run(`capture ${id} --amount 1500`)).out).toMatch(
      /^txn_\w+ {2}capture +succeeded +15\.00 USD/,
    );
    expect(await jsonOf(`refund ${id} --amount 500`)).toMatchObject({ type: 'refund', amount: 500 });
    expect((await run(`void ${id}`)).code).toBe(0);
    const shown = await run(`get ${id}`);
    expect(shown.out).toMatch(/ {2}captured +15\.00 USD\n {2}refunded +5\.00 USD\n/);
    expect(shown.out.match(/^ {2}txn_/gm)).toHaveLength(4);
    const late = await run(`void ${id}`);
    expect(late.code).toBe(1);
    expect(late.err).toContain('409');
  });
});

describe('paywright payments resolve', () => {
  it('is confirmed by another person, at the version that was looked at', async () => {
    const { id } = await jsonOf(`${CREATE} --method test_amount_differs`);
    expect(await jsonOf('list --attention')).toMatchObject({ items: [{ id }] });
    const resolve = `resolve ${id} --outcome succeeded --amount 1998 --reason written`;
    const proposed = await run(resolve);
    const [, confirm = ''] = /: paywright payments (resolve \S+ --confirm \d+)$/m.exec(proposed.out) ?? [];
    const bob = { PAYWRIGHT_TOKEN: await as('bob') };
    expect((await run(`resolve ${id} --confirm 1`, bob)).err).toContain('(412 ');
    expect((await run(confirm, bob)).out).toContain('  succeeded\n');
  });

  it('is not confirmed by the person who said so', async () => {
    const { id } = await jsonOf(`${CREATE} --method test_amount_differs`);
    const { version } = await jsonOf(`resolve ${id} --outcome failed --reason written`);
    expect((await run(`resolve ${id} --confirm ${version}`)).err).toContain('(403 ');
  });
});

describe('paywright payments list', () => {
  it('says so where there are none, beside what a program reads', async () => {
    const { code, out, err } = await run('list --key of-nothing');
    expect([code, out, err]).toEqual([0, '', 'no payments\n']);
  });

  it('prints so many, and whether there are more', async () => {
    for (const amount of [1, 2, 3]) await run(`create --amount ${amount} --currency JPY`);
    const { out } = await run('list --limit 2');
    expect(out).toMatch(/^pay_\w+ {2}succeeded +3 JPY .*\npay_\w+ {2}succeeded +2 JPY .*\nand more\n$/);
    expect(await jsonOf('list --limit 3')).toMatchObject({ items: [{}, {}, {}], more: false });
  });
});

describe('a command that asks a server', () => {
  it.each([
    ['create --amount 19.99 --currency USD', 2, 'It takes whole minor units: 1999 is 19.99 USD'],
    ['create --amount 0 --currency USD', 2, 'It takes whole minor units'],
    ['list --merchant merchant-2', 1, '(403 merchant_not_allowed'],
    ['list --subject bob', 2, '--subject: is what PAYWRIGHT_TOKEN says'],
    ['list --url ftp://pay.example.com', 2, '--url: must be a URL'],
    ['resolve pay_1 --outcome failed', 2, 'give --outcome and --reason, or --confirm'],
    ['resolve pay_1 --confirm latest', 2, '--confirm takes the version'],
    ['list --metadata order', 2, 'It takes a name, = and a value.'],
    ['get pay_1', 1, '(404 payment_not_found'],
  ])('refuses: %s', async (line, code, says) => {
    const run1 = await run(line);
    expect(run1.code).toBe(code);
    expect(run1.err).toContain(says);
    expect(run1.out).toBe('');
  });

  it.each([
    [{ PAYWRIGHT_URL: 'https://pay.example.com', PAYWRIGHT_TOKEN: '' }, 'PAYWRIGHT_TOKEN: is needed'],
    [{ PAYWRIGHT_URL: 'pay.example.com' }, 'PAYWRIGHT_URL: must be a URL'],
    [{ PAYWRIGHT_TOKEN: 'a token' }, 'PAYWRIGHT_TOKEN: must be a bearer token'],
  ])('ends with 78 under %j', async (more, says) => {
    const { code, err } = await run('list', more);
    expect({ code, err }).toEqual({ code: 78, err: expect.stringContaining(says) });
  });

  it('asks for the merchant that an administrator’s token may act for', async () => {
    const admin = await aToken({ merchant_id: undefined, permissions: ['admin', 'payments'] });
    const made = await run(`${CREATE} --merchant merchant-2 --json`, { PAYWRIGHT_TOKEN: admin });
    expect(made.code).toBe(0);
    expect(JSON.parse(made.out)).toMatchObject({ merchant_id: 'merchant-2' });
  });

  it('says that nothing answers', async () => {
    await gateway.close();
    const { code, err } = await run('list');
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('ECONNREFUSED') });
  });
});
