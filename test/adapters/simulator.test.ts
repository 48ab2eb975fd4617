import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { simulatedProcessor } from '../../src/adapters/processor/simulator.ts';
import { simulatedCustomers } from '../../src/adapters/processor/simulator-customers.ts';
import { type SimulatorLedger, simulatorLedger } from '../../src/adapters/processor/simulator-ledger.ts';
import { money } from '../../src/domain/kernel/money.ts';
import type { ChargeOrder, ModificationOrder } from '../../src/ports/processor.ts';
import { processorContract } from '../contract/processor.contract.ts';
import { aMerchantId, NOON } from '../fixtures/changes.ts';
import { noConfig } from '../fixtures/vault.ts';

const clock = { now: () => NOON };

const methods = {
  approved: 'card',
  declined: 'test_declined',
  insufficientFunds: 'test_insufficient_funds',
  silentlyApproved: 'test_timeout_approved',
  silentlyDeclined: 'test_timeout_declined',
  unavailable: 'test_unavailable',
  movesNothing: 'test_movement_refused',
  opensFirst: 'test_opens_first',
  pendingApproved: 'test_pending_approved',
  pendingDeclined: 'test_pending_declined',
  awaitsCustomer: 'test_requires_action',
  shownLate: 'test_timeout_late_record',
  foreign: 'cash',
};

function tested(ledger: SimulatorLedger) {
  const time = { at: NOON };
  const clock = { now: () => time.at };
  const customers = simulatedCustomers(ledger, clock);
  return {
    processor: simulatedProcessor(ledger, clock),
    customerActs: (reference: string, choice: 'approve' | 'decline') => {
      expect(customers.act(reference, choice)).toBe(true);
    },
    methods,
    untilShown: () => void (time.at += 5_000),
    declining: { simulate: 'test_declined' },
    amounts: [money(1n, 'JPY'), money(9_007_199_254_740_993n, 'USD'), money(2n ** 62n, 'KWD')],
    saidOfApproved: { responseCode: '00', responseText: 'Approved' },
    recordsRefusals: true,
    charged: () => [...ledger.charges().keys()],
    book: (charge: string) => ledger.book(charge),
  };
}

processorContract('simulator in memory', () => {
  const ledger = simulatorLedger(':memory:');
  return Promise.resolve({ ...tested(ledger), close: () => ledger.close() });
});

processorContract('simulator with books in a file', () => {
  const directory = mkdtempSync(join(tmpdir(), 'paywright-simulator-'));
  const ledger = simulatorLedger(join(directory, 'ledger.db'));
  const close = () => {
    ledger.close();
    rmSync(directory, { recursive: true });
  };
  return Promise.resolve({ ...tested(ledger), close });
});

const anOrder = (reference: string, paymentMethod = 'card'): ChargeOrder => ({
  reference,
  merchantId: aMerchantId(),
  config: noConfig,
  amount: money(9_007_199_254_740_993n, 'USD'),
  paymentMethod,
  capture: true,
});

const aModification = (
  reference: string,
  type: ModificationOrder['type'],
  units: bigint,
  final = false,
): ModificationOrder => ({
  reference,
  charge: 'pay_1',
  merchantId: aMerchantId(),
  config: noConfig,
  type,
  amount: money(units, 'USD'),
  final,
});

describe('the simulator’s books in a file', () => {
  let directory: string;
  let file: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'paywright-simulator-'));
    file = join(directory, 'ledger.db');
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('are shared by all who open the file', async () => {
    const [a, b] = [simulatorLedger(file), simulatorLedger(file)];
    const first = (await simulatedProcessor(a, clock).charge(anOrder('pay_1')))._unsafeUnwrap();
    const later = simulatedProcessor(b, { now: () => NOON + 5_000 });
    expect((await later.lookup(anOrder('pay_1')))._unsafeUnwrap()).toEqual(first);
    expect((await later.charge(anOrder('pay_1')))._unsafeUnwrap()).toEqual(first);
    expect((await later.charge(anOrder('pay_1', 'test_declined')))._unsafeUnwrap()).toEqual(first);
    expect(a.charges()).toEqual(b.charges());
    expect(a.charges().size).toBe(1);
    a.close();
    b.close();
  });

  it('survive being closed and opened again', async () => {
    const before = simulatorLedger(file);
    await simulatedProcessor(before, clock).charge(anOrder('pay_1'));
    await simulatedProcessor(before, clock).charge(anOrder('pay_2', 'test_timeout_declined'));
    const kept = before.charges();
    before.close();
    const after = simulatorLedger(file);
    expect(after.charges()).toEqual(kept);
    expect(after.find('pay_1')).toMatchObject({
      approved: true,
      amount: money(9_007_199_254_740_993n, 'USD'),
    });
    expect(after.find('pay_2')).toMatchObject({ approved: false, decline: 'card_declined' });
    expect(after.find('pay_3')).toBeUndefined();
    after.close();
  });

  it('hold nothing of a merchant’s config, whose `simulate` names what its cards do', async () => {
    const books = simulatorLedger(file);
    const processor = simulatedProcessor(books, clock);
    const config = (simulate: string) => (name: string) =>
      ({ simulate, api_key: 'sk_live_canary_5d2e' })[name];
    const fee = { ...anOrder('pay_1'), amount: money(1_000n, 'USD'), config: config('test_fee') };
    expect((await processor.charge(fee))._unsafeUnwrap()).toMatchObject({ fee: 29n });
    for (const simulate of ['test_unavailable', 'no_method']) {
      const asked = { ...anOrder('pay_2'), config: config(simulate) };
      expect((await processor.charge(asked))._unsafeUnwrapErr().kind).toBe('ProcessorUnavailable');
    }
    const own = { ...anOrder('pay_3', 'test_declined'), config: config('card') };
    expect((await processor.charge(own))._unsafeUnwrap()).toMatchObject({ approved: false });
    const refund = aModification('txn_1', 'refund', 1n);
    const refused = await processor.move({ ...refund, config: config('test_movement_refused') });
    expect(refused._unsafeUnwrap()).toMatchObject({ approved: false, decline: 'movement_refused' });
    const away = await processor.move({ ...refund, reference: 'txn_2', config: config('test_unavailable') });
    expect(away._unsafeUnwrapErr().kind).toBe('ProcessorUnavailable');
    expect(books.references()).toEqual(['pay_1', 'pay_3', 'txn_1']);
    books.close();
    for (const name of readdirSync(directory))
      expect(readFileSync(join(directory, name), 'latin1')).not.toContain('canary');
  });

  it('keep modifications, and what they left of their charges', async () => {
    const before = simulatorLedger(file);
    const processor = simulatedProcessor(before, clock);
    await processor.charge({ ...anOrder('pay_1', 'test_fee'), capture: false });
    const first = (await processor.move(aModification('txn_1', 'capture', 1_000n)))._unsafeUnwrap();
    expect(first.fee).toBe(29n);
    await processor.move(aModification('txn_2', 'capture', 10n, true));
    await processor.move(aModification('txn_3', 'refund', 5n));
    const kept = before.book('pay_1');
    expect(kept).toEqual({
      paymentMethod: 'test_fee',
      authorized: 9_007_199_254_740_993n,
      captured: 1_010n,
      refunded: 5n,
      ended: true,
    });
    before.close();
    const after = simulatorLedger(file);
    expect(after.book('pay_1')).toEqual(kept);
    expect(after.find('txn_1')).toEqual(first);
    expect(
      (await simulatedProcessor(after, clock).move(aModification('txn_1', 'capture', 7n)))._unsafeUnwrap(),
    ).toEqual(first);
    after.close();
  });

  it('take one charge for a reference from several processes at once', async () => {
    simulatorLedger(file).close();
    const from = (name: string) => JSON.stringify(new URL(`../../src/${name}`, import.meta.url).href);
    const program = `
      import { simulatorLedger } from ${from('adapters/processor/simulator-ledger.ts')};
      import { simulatedProcessor } from ${from('adapters/processor/simulator.ts')};
      import { money } from ${from('domain/kernel/money.ts')};
      const ledger = simulatorLedger(process.argv[1]);
      const processor = simulatedProcessor(ledger, { now: () => process.pid });
      const at = [];
      for (let n = 0; n < 200; n += 1) {
        const order = { reference: 'pay_' + n, merchantId: 'm', config: () => undefined, amount: money(1n, 'USD'), paymentMethod: 'card', capture: true };
        at.push((await processor.charge(order)).value.processedAt);
      }
      console.log(JSON.stringify(at));
    `;
    const run = promisify(execFile);
    const outputs = await Promise.all(
      Array.from({ length: 3 }, () => run(process.execPath, ['--input-type=module', '-e', program, file])),
    );
    const verdicts = outputs.map(({ stdout }) => JSON.parse(stdout) as number[]);
    expect(verdicts[1]).toEqual(verdicts[0]);
    expect(verdicts[2]).toEqual(verdicts[0]);
    const ledger = simulatorLedger(file);
    expect(ledger.charges().size).toBe(200);
    ledger.close();
  });

  it('let modifications of several processes at once never pass the whole', async () => {
    const books = simulatorLedger(file);
    await simulatedProcessor(books, clock).charge({ ...anOrder('pay_1'), amount: money(100n, 'USD') });
    const from = (name: string) => JSON.stringify(new URL(`../../src/${name}`, import.meta.url).href);
    const program = `
      import { simulatorLedger } from ${from('adapters/processor/simulator-ledger.ts')};
      import { simulatedProcessor } from ${from('adapters/processor/simulator.ts')};
      import { money } from ${from('domain/kernel/money.ts')};
      const processor = simulatedProcessor(simulatorLedger(process.argv[1]), { now: () => process.pid });
      const movement = { charge: 'pay_1', merchantId: 'm', config: () => undefined, type: 'refund', amount: money(3n, 'USD'), final: false };
      let approved = 0;
      for (let n = 0; n < 50; n += 1) {
        const reference = 'txn_' + process.pid + '_' + n;
        if ((await processor.move({ ...movement, reference })).value.approved) approved += 1;
      }
      console.log(approved);
    `;
    const run = promisify(execFile);
    const outputs = await Promise.all(
      Array.from({ length: 3 }, () => run(process.execPath, ['--input-type=module', '-e', program, file])),
    );
    expect(outputs.reduce((sum, { stdout }) => sum + Number(stdout), 0)).toBe(33);
    expect(books.book('pay_1')?.refunded).toBe(99n);
    books.close();
  });
});

describe('a customer’s token', () => {
  const TOKEN = 'tok_canary_of_an_erased_customer';
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'paywright-simulator-'));
    return () => rmSync(directory, { recursive: true });
  });
  const file = () => join(directory, 'ledger.db');
  /** Whether any byte of the books or of their journal is of the token. */
  const isKept = () =>
    readdirSync(directory).some((name) => readFileSync(join(directory, name)).includes(TOKEN));

  it('is in no file of the simulator, neither while it runs nor after it', () => {
    const ledger = simulatorLedger(file());
    const processor = simulatedProcessor(ledger, clock);
    expect(processor.charge(anOrder('pay_1', TOKEN))).toBeDefined();
    expect(ledger.book('pay_1')?.paymentMethod).toBe('card');
    expect(isKept()).toBe(false);
    ledger.close();
    expect(isKept()).toBe(false);
  });

  it('that an earlier version kept is gone from the books and their journal when they are opened', () => {
    const before = simulatorLedger(file());
    void simulatedProcessor(before, clock).charge(anOrder('pay_1'));
    before.close();
    const raw = new DatabaseSync(file());
    raw.exec(`UPDATE charge SET payment_method = '${TOKEN}'`);
    expect(isKept()).toBe(true);
    const ledger = simulatorLedger(file());
    expect(isKept()).toBe(false);
    expect(ledger.find('pay_1')).toMatchObject({ approved: true });
    ledger.close();
    raw.close();
  });
});
