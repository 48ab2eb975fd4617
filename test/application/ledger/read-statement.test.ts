import { okAsync } from 'neverthrow';
import { describe, expect, it } from 'vitest';
import { systemSignedTokens } from '../../../src/adapters/system/signed-tokens.ts';
import { MOST_STATEMENT_ENTRIES, readStatement } from '../../../src/application/ledger/read-statement.ts';
import { emptyBalance, type LedgerEntry } from '../../../src/domain/ledger/ledger.ts';
import { aMerchantId, NOON } from '../../fixtures/changes.ts';
import { aLedgerEntry } from '../../fixtures/ledger-entries.ts';

const merchantId = aMerchantId();
const currency = 'EUR';

const aCapture = (at: number): LedgerEntry => aLedgerEntry({ type: 'capture', units: 1n, currency, at });

const capturesUntil = (count: number): readonly LedgerEntry[] =>
  Array.from({ length: count }, (_, index) => aCapture(NOON + index)).reverse();

/** Reads it of these entries; `onBalance` is called when the balance is read, as others may post then. */
function statementOver(entries: LedgerEntry[], onBalance: () => void = () => {}) {
  const read = readStatement({
    clock: { now: () => NOON + 1_000_000 },
    signedTokens: systemSignedTokens('a secret of this test and of nothing else'),
    ledger: {
      list: (_, __, { limit, before }) =>
        okAsync(entries.filter(({ id }) => before === undefined || id < before).slice(0, limit)),
    },
    balances: {
      of: () => {
        const available = BigInt(entries.length);
        onBalance();
        return okAsync([{ ...emptyBalance(merchantId, currency), available, spendings: 0 }]);
      },
    },
  });
  return read({ merchantId, currency, account: 'available', limit: 2 });
}

describe('reading a statement', () => {
  it('goes over as many entries as it may, and refuses one more whole', async () => {
    const most = capturesUntil(MOST_STATEMENT_ENTRIES + 1);
    const read = (await statementOver(most.slice(1)))._unsafeUnwrap();
    expect(read.statement).toMatchObject({ opening: 0n, closing: BigInt(MOST_STATEMENT_ENTRIES) });
    expect((await statementOver([...most]))._unsafeUnwrapErr()).toEqual({ kind: 'StatementTooLarge' });
  });

  it('never has a balance with which not its own entries are', async () => {
    const entries = [...capturesUntil(3)];
    let posts = 4;
    const read = (
      await statementOver(entries, () => {
        if (posts > 0) entries.unshift(aCapture(NOON + 100 - posts));
        posts -= 1;
      })
    )._unsafeUnwrap();
    expect(read.statement).toMatchObject({ opening: 0n, closing: 7n });
    expect(read.page.items.map(({ balanceAfter }) => balanceAfter)).toEqual([7n, 6n]);
  });

  it('gives up where others post all the while', async () => {
    const entries = [...capturesUntil(3)];
    let at = NOON + 100;
    const failed = await statementOver(entries, () => {
      at += 1;
      entries.unshift(aCapture(at));
    });
    expect(failed._unsafeUnwrapErr()).toEqual({ kind: 'ChangedMeanwhile' });
  });
});
