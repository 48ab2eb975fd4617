import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ResultAsync } from 'neverthrow';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { guardedPayouts } from '../../src/adapters/processor/guarded-payouts.ts';
import { type PayoutLedger, payoutLedger } from '../../src/adapters/processor/payout-ledger.ts';
import { simulatedPayouts } from '../../src/adapters/processor/payout-simulator.ts';
import { money } from '../../src/domain/kernel/money.ts';
import type { PayoutOrder } from '../../src/ports/approvals/payouts.ts';
import { payoutsContract } from '../contract/approvals/payouts.contract.ts';
import { payoutVendors } from '../fixtures/approvals.ts';
import { NOON } from '../fixtures/changes.ts';

const vendors = payoutVendors;
const clock = { now: () => NOON };
const tested = (ledger: PayoutLedger) => ({
  payouts: simulatedPayouts(ledger, clock),
  vendors,
  most: money(9_007_199_254_740_991n, 'USD'),
  recordsRefusals: true,
  paid: () => ledger.paid().map(({ reference }) => reference),
});
const anOrder = (reference: string): PayoutOrder => ({
  reference,
  attempt: 1,
  vendorId: vendors.paid,
  amount: money(100n, 'USD'),
});

const inDirectory = () => {
  const directory = mkdtempSync(join(tmpdir(), 'paywright-payouts-'));
  return { file: join(directory, 'payouts.db'), remove: () => rmSync(directory, { recursive: true }) };
};

payoutsContract('simulator in memory', () => {
  const ledger = payoutLedger(':memory:');
  return Promise.resolve({ ...tested(ledger), close: () => ledger.close() });
});

payoutsContract('simulator with books in a file', () => {
  const { file, remove } = inDirectory();
  const ledger = payoutLedger(file);
  const close = () => {
    ledger.close();
    remove();
  };
  return Promise.resolve({ ...tested(ledger), close });
});

describe('the books of payouts in a file', () => {
  it('are there when they are opened again', async () => {
    const { file, remove } = inDirectory();
    const before = payoutLedger(file);
    const verdict = (await simulatedPayouts(before, clock).pay(anOrder('r-1')))._unsafeUnwrap();
    before.close();
    const after = payoutLedger(file);
    expect(after.find('r-1')).toEqual(verdict);
    expect(after.paid()).toEqual([{ reference: 'r-1', vendorId: vendors.paid, cents: 100n }]);
    after.close();
    remove();
  });

  it('take one payout for a reference from several processes at once', async () => {
    const { file, remove } = inDirectory();
    payoutLedger(file).close();
    const from = (name: string) => JSON.stringify(new URL(`../../src/${name}`, import.meta.url).href);
    const program = `
      import { payoutLedger } from ${from('adapters/processor/payout-ledger.ts')};
      import { simulatedPayouts } from ${from('adapters/processor/payout-simulator.ts')};
      import { money } from ${from('domain/kernel/money.ts')};
      const payouts = simulatedPayouts(payoutLedger(process.argv[1]), { now: () => process.pid });
      const at = [];
      for (let n = 0; n < 100; n += 1) {
        const order = { reference: 'r-' + n, attempt: 1, vendorId: '${vendors.paid}', amount: money(1n, 'USD') };
        at.push((await payouts.pay(order)).value.processedAt);
      }
      console.log(JSON.stringify(at));
    `;
    const run = promisify(execFile);
    const outputs = await Promise.all(
      Array.from({ length: 2 }, () => run(process.execPath, ['--input-type=module', '-e', program, file])),
    );
    expect(outputs[1]?.stdout).toBe(outputs[0]?.stdout);
    const ledger = payoutLedger(file);
    expect(ledger.paid()).toHaveLength(100);
    ledger.close();
    remove();
  });
});

describe('guarded payouts', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('call a payout without an answer unknown, and a lookup without one unavailable', async () => {
    vi.useFakeTimers();
    let sent = 0;
    const never = () => {
      sent += 1;
      return ResultAsync.fromSafePromise<never>(new Promise(() => {}));
    };
    const payouts = guardedPayouts(
      { pay: never, lookup: never },
      { timeoutMs: 1_000, opensAfter: 2, staysOpenMs: 5_000 },
    );
    const paying = payouts.pay(anOrder('r-1'));
    await vi.advanceTimersByTimeAsync(1_000);
    expect((await paying)._unsafeUnwrapErr()).toEqual({ kind: 'PayoutOutcomeUnknown' });
    const looking = payouts.lookup('r-1');
    await vi.advanceTimersByTimeAsync(1_000);
    expect((await looking)._unsafeUnwrapErr()).toEqual({ kind: 'PayoutsUnavailable' });
    expect((await payouts.pay(anOrder('r-1')))._unsafeUnwrapErr()).toEqual({ kind: 'PayoutsUnavailable' });
    expect(sent).toBe(2);
  });

  it('pass answers on', async () => {
    const ledger = payoutLedger(':memory:');
    const payouts = guardedPayouts(simulatedPayouts(ledger, clock), {
      timeoutMs: 1_000,
      opensAfter: 2,
      staysOpenMs: 5_000,
    });
    expect((await payouts.lookup('r-1'))._unsafeUnwrapErr()).toEqual({ kind: 'PayoutHasNoRecord' });
    expect((await payouts.pay(anOrder('r-1')))._unsafeUnwrap()).toMatchObject({ paid: true });
    ledger.close();
  });
});
