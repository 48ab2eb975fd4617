import { err, ok, okAsync, type ResultAsync, safeTry } from 'neverthrow';
import { type LedgerEntryId, type MerchantId, parseId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import type { LedgerEntry } from '../../domain/ledger/ledger.ts';
import {
  type Statement,
  type StatementLine,
  type StatementTerms,
  statementOf,
} from '../../domain/ledger/statement.ts';
import type { Balances } from '../../ports/balances.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Ledger } from '../../ports/ledger.ts';
import type { SignedTokens } from '../../ports/signed-tokens.ts';
import type { StorageUnavailable } from '../../ports/unavailable.ts';
import { type CursorInvalid, type Page, paging } from '../kernel/cursor.ts';
import type { ChangedMeanwhile } from '../kernel/retry-when-stale.ts';

/** How many entries of its currency, from its beginning until now, a statement reads. */
export const MOST_STATEMENT_ENTRIES = 10_000;

/** More would have to be read than a statement may. */
export type StatementTooLarge = Readonly<{ kind: 'StatementTooLarge' }>;

export type ReadStatementRequest = Omit<StatementTerms, 'to'> &
  Readonly<{ merchantId: MerchantId; to?: Instant; limit: number; cursor?: string }>;

/** Sums of the whole time, and a page of its lines, newest first. */
export type StatementPage = Readonly<{ statement: Statement; page: Page<StatementLine> }>;

/**
 * What one account had at the beginning and at the end of a time, and each entry between with the balance after it. There is no balance
 * of a past moment on record: what the account has now is gone back from, over every entry since, so a statement of long ago costs what
 * came after it, and beyond a bound it is refused whole. Every entry that was answered before is in it, and no balance without its
 * entries, unless a commit takes longer than 500 others. A page is read anew, 500 entries at a time, with what was posted meanwhile.
 */
export type ReadStatement = (
  request: ReadStatementRequest,
) => ResultAsync<StatementPage, CursorInvalid | StatementTooLarge | ChangedMeanwhile | StorageUnavailable>;

type StatementPorts = Readonly<{
  ledger: Ledger;
  balances: Balances;
  signedTokens: SignedTokens;
  clock: Clock;
}>;

const PART = 500;
const MOST_TRIES = 10;

export const readStatement = (ports: StatementPorts): ReadStatement => {
  const pages = paging(ports, (text) => parseId('led', text));
  return ({ merchantId, limit, cursor, to: end, ...terms }) =>
    safeTry(async function* () {
      const to = end ?? ports.clock.now();
      const filter = { currency: terms.currency, ...present({ from: terms.from }) };
      const part = (before?: LedgerEntryId) =>
        ports.ledger.list(merchantId, filter, { limit: PART, ...present({ before }) });
      const { balance, newest } = yield* stillHead(ports, merchantId, terms, part);
      const entries = [...newest];
      for (let last = newest; last.length === PART; ) {
        last = yield* part(last.at(-1)?.id);
        entries.push(...last);
        if (entries.length > MOST_STATEMENT_ENTRIES) return err({ kind: 'StatementTooLarge' as const });
      }
      const statement = statementOf(balance, entries, { ...terms, to });
      const context = { list: 'statement', merchantId, ...terms, ...present({ to: end }) };
      const page = yield* pages({ context, limit, ...present({ cursor }) }, ({ limit: most, before }) =>
        okAsync(statement.lines.filter(({ id }) => before === undefined || id < before).slice(0, most)),
      );
      return ok({ statement, page });
    });
};

/** What the account has, and the newest entries that it has it by: the same before it was read as after it. */
const stillHead = (
  { balances }: Pick<StatementPorts, 'balances'>,
  merchantId: MerchantId,
  { currency, account }: Pick<StatementTerms, 'currency' | 'account'>,
  part: () => ResultAsync<readonly LedgerEntry[], StorageUnavailable>,
): ResultAsync<
  Readonly<{ balance: bigint; newest: readonly LedgerEntry[] }>,
  ChangedMeanwhile | StorageUnavailable
> =>
  safeTry(async function* () {
    let newest = yield* part();
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const [current] = yield* balances.of(merchantId, currency);
      const after = yield* part();
      if (idsOf(after) === idsOf(newest)) return ok({ balance: current?.[account] ?? 0n, newest });
      newest = after;
    }
    return err({ kind: 'ChangedMeanwhile' as const });
  });

const idsOf = (entries: readonly LedgerEntry[]): string => entries.map(({ id }) => id).join();
