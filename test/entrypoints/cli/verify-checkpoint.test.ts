import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { addMerchants, aMerchant } from '../../fixtures/merchants.ts';
import { aBusyStore } from '../../support/busy-store.ts';
import { dataDirectory, runCli } from '../../support/cli-process.ts';
import { postgresServer } from '../../support/postgres-database.ts';
import { tamperedPostgres } from '../../support/tampering/postgres.ts';
import { rewriteHistory } from '../../support/tampering/rewritten-history.ts';
import { change, type Hand, type TamperedStore } from '../../support/tampering/tampering.ts';

const server = await postgresServer(inject('postgresUrl'));
const dir = dataDirectory();
const folder = mkdtempSync(join(tmpdir(), 'paywright-checkpoint-'));
const known = join(folder, 'known.ndjson');
let store: TamperedStore;
let hand: Hand;
let busy: Awaited<ReturnType<typeof aBusyStore>>;
let env: Readonly<Record<string, string>>;

const verifying = (...options: readonly string[]) => runCli(['verify', ...options], env);
const linesOf = (path: string) => readFileSync(path, 'utf8').trimEnd().split('\n');

beforeAll(async () => {
  const url = await server.newDatabase();
  store = await tamperedPostgres(url);
  busy = await aBusyStore(store.storage);
  await addMerchants(store.storage, [aMerchant('merchant-c')]);
  hand = await store.hand();
  env = { PAYWRIGHT_DATA_DIR: dir.path, STORAGE: 'postgres', DATABASE_URL: url };
  expect((await verifying('--checkpoint', known)).code).toBe(0);
});
afterAll(async () => {
  await store.close();
  await server.close();
  dir.remove();
  rmSync(folder, { recursive: true, force: true });
});

it('writes the head of every chain, then the counts, into a file that only its owner reads', () => {
  const [first = '', ...rest] = linesOf(known);
  expect(JSON.parse(first)).toEqual({ paywright_checkpoint: 1, at: expect.any(String) as string });
  expect(JSON.parse(rest.at(-1) ?? '')).toEqual({
    merchants: 3,
    aggregates: 4,
    payments: 5,
    transactions: 9,
    links: 35,
    ledger_entries: 10,
  });
  expect(rest).toHaveLength(4 + 5 + 1);
  expect(existsSync(`${known}.partial`)).toBe(false);
});

it('agrees with a checkpoint when payments went on and others began since', async () => {
  await busy.pay('merchant-a', 4_000n);
  await busy.move('merchant-a', busy.captured, { type: 'capture', amount: 100n, final: false });
  const { code, stderr } = await verifying('--since-checkpoint', known);
  await hand.restore();
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

it('finds a history rewritten from its first link on, which agrees with everything stored', async () => {
  await rewriteHistory(hand, busy.declined);
  const [alone, beside] = [await verifying(), await verifying('--since-checkpoint', known, '--json')];
  await hand.restore();
  expect(alone.code).toBe(0);
  expect(beside.code).toBe(1);
  const events = beside.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { event: string });
  expect(events.find(({ event }) => event === 'bad_row')).toEqual({
    event: 'bad_row',
    merchant_id: 'merchant-a',
    row: 'payment',
    id: busy.declined,
    sequence: 2,
    fault: 'rewritten',
  });
});

it('finds a chain that is gone with its entity, and keeps the checkpoint that was there', async () => {
  const before = readFileSync(known, 'utf8');
  await change(hand, 'aggregate', (each) => (each.owner === 'merchant-c' ? undefined : each));
  await change(hand, 'link', (link) => (link.entityId === 'merchant-c' ? undefined : link));
  const [alone, beside] = [
    await verifying(),
    await verifying('--since-checkpoint', known, '--checkpoint', known),
  ];
  await hand.restore();
  expect(alone.code).toBe(0);
  expect(beside).toMatchObject({
    code: 1,
    stderr:
      'paywright: bad row: merchant merchant-c of merchant-c: link 1 was there at the checkpoint, and is gone\n',
  });
  expect(readFileSync(known, 'utf8')).toBe(before);
  expect(existsSync(`${known}.partial`)).toBe(false);
});

it.each([
  ['is not there', undefined, 'cannot be read: ENOENT'],
  ['is something else', 'hello\n', 'is no checkpoint of paywright'],
  ['is empty', '', 'is no checkpoint of paywright'],
  ['is cut', () => linesOf(known).slice(0, -1).join('\n'), 'ends before its last line'],
  [
    'holds a line that is none',
    () => linesOf(known).toSpliced(1, 1, '{}').join('\n'),
    ': line 2 is no line of a checkpoint',
  ],
  ['goes on behind its end', () => [...linesOf(known), '{}'].join('\n'), 'stands behind its end'],
] as const)('ends with 2 and says why when a checkpoint %s', async (_, contents, says) => {
  const path = join(folder, 'bad.ndjson');
  rmSync(path, { force: true });
  if (contents !== undefined) writeFileSync(path, typeof contents === 'string' ? contents : contents());
  const { code, stdout, stderr } = await verifying('--since-checkpoint', path);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(path);
  expect(stderr).toContain(says);
});

it('ends with 2 before it looks at anything when the file cannot be written', async () => {
  const path = join(folder, 'nowhere', 'new.ndjson');
  const { code, stdout, stderr } = await verifying('--checkpoint', path);
  expect({ code, stdout, stderr }).toEqual({
    code: 2,
    stdout: '',
    stderr: `paywright: ${path} cannot be written: ENOENT\n`,
  });
});

it('takes the place of no directory and of no device', async () => {
  for (const [taken, says] of [
    [folder, 'is a directory'],
    ['/dev/null', 'is no file'],
  ] as const) {
    const { code, stderr } = await verifying('--checkpoint', taken);
    expect([code, stderr]).toEqual([2, `paywright: ${taken} ${says}\n`]);
  }
  expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
});

it('writes through a link to the file that it names, and into none that lies where it writes first', async () => {
  const [link, other, named] = ['link', 'other', 'named'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(named, '');
  writeFileSync(other, 'untouched');
  symlinkSync(named, link);
  symlinkSync(other, `${named}.partial`);
  expect((await verifying('--checkpoint', link)).code).toBe(0);
  expect(linesOf(named)).toEqual(linesOf(known).with(0, linesOf(named)[0] ?? ''));
  expect(readFileSync(other, 'utf8')).toBe('untouched');
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
});

it('prints lines of progress only where they are asked for', async () => {
  expect((await verifying()).stderr).toBe('');
});
