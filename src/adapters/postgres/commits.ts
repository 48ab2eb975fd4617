import { errAsync, okAsync } from 'neverthrow';
import type pg from 'pg';
import { idOf } from '../../domain/ids.ts';
import type { Change, CommitRefused, Commits } from '../../ports/commits.ts';
import { coalesce } from '../shared/coalesce.ts';
import { isTransient, patiently } from './faults.ts';
import { auditToRow, claimToRow, eventToRow, paymentToRow, transactionToRow } from './rows.ts';

/** Larger batches bring no more rows a second, and make the first caller wait longer. */
const MOST_CHANGES = 128;
/** Two statements at once keep both the server's CPU and its disk busy; more only make the batches smaller. */
const LANES = 2;

/**
 * Concurrent commits share a statement (see `commit_changes`), and each still gets its own result. Changes that touch
 * the same claim or payment never share one.
 */
export function postgresCommits(pool: pg.Pool): Commits {
  const commit = coalesce<Change, Outcome>({
    run: (changes) => commitTogether(pool, changes),
    most: MOST_CHANGES,
    lanes: LANES,
    keysOf: ({ claim: { next }, payment }) => [
      `${next.merchantId} ${next.operation} ${next.key}`,
      ...(payment === undefined ? [] : [payment.next.id]),
    ],
  });
  return {
    commit: (change) =>
      patiently(() => commit(change).then(orThrow)).andThen((refused) =>
        refused === undefined ? okAsync(undefined) : errAsync(refused),
      ),
  };
}

/** A change's own result: applied, refused, or impossible to store at all. */
type Outcome = Readonly<{ refused?: CommitRefused; fault?: unknown }>;

function orThrow({ refused, fault }: Outcome): CommitRefused | undefined {
  if (fault !== undefined) throw fault;
  return refused;
}

type Refusal = Readonly<{ n: number; refusal: 'taken' | 'fence' | 'stale'; entity_id: string | null }>;

/** A change that the server cannot store fails the statement for all, so then each goes alone. */
async function commitTogether(pool: pg.Pool, changes: readonly Change[]): Promise<readonly Outcome[]> {
  try {
    return await commitInOneStatement(pool, changes);
  } catch (fault) {
    if (isTransient(fault)) throw fault;
    if (changes.length === 1) return [{ fault }];
    const alone = changes.map((change) => commitTogether(pool, [change]));
    return (await Promise.all(alone)).flat();
  }
}

async function commitInOneStatement(pool: pg.Pool, changes: readonly Change[]): Promise<readonly Outcome[]> {
  const { rows } = await pool.query<Refusal>({
    name: 'commit_changes',
    text: 'SELECT n, refusal, entity_id FROM commit_changes($1, $2, $3, $4, $5, $6)',
    values: argumentsOf(changes),
  });
  const refusals = new Map(rows.map((row) => [row.n, row]));
  return changes.map((change, n) => {
    const refused = refusalOf(change, refusals.get(n));
    return refused === undefined ? {} : { refused };
  });
}

function refusalOf(change: Change, row: Refusal | undefined): CommitRefused | undefined {
  switch (row?.refusal) {
    case undefined:
      return undefined;
    case 'taken':
      return { kind: 'ClaimTaken' };
    case 'fence':
      return { kind: 'FenceLost' };
    case 'stale': {
      const hex = row.entity_id?.replaceAll('-', '') ?? '';
      const payment = idOf('pay', hex);
      return { kind: 'StaleVersion', id: change.payment?.next.id === payment ? payment : idOf('txn', hex) };
    }
  }
}

function argumentsOf(changes: readonly Change[]): (string | null)[] {
  const numbered = changes.map((change, n) => ({ change, n }));
  const claims = numbered
    .map(({ change: { claim, at }, n }) => ({
      n,
      expected: claim.expected,
      at: new Date(at),
      ...claimToRow(claim.next),
    }))
    .sort((a, b) => order(keyOf(a), keyOf(b)));
  const payments = numbered
    .flatMap(({ change: { payment }, n }) =>
      payment === undefined ? [] : [{ n, expected: payment.expected, ...paymentToRow(payment.next) }],
    )
    .sort((a, b) => order(a.id, b.id));
  const transactions = numbered
    .flatMap(({ change, n }) =>
      change.transactions.map(({ expected, next }) => ({ n, expected, ...transactionToRow(next) })),
    )
    .sort((a, b) => order(a.id, b.id));
  const audit = numbered.flatMap(({ change, n }) =>
    change.audit.map((entry) => ({ n, ...auditToRow(entry) })),
  );
  const events = numbered.flatMap(({ change, n }) =>
    change.events.map((event) => ({ n, ...eventToRow(event) })),
  );
  const opened = claims.filter(({ expected }) => expected === 0);
  const moved = claims.filter(({ expected }) => expected !== 0);
  return [opened, moved, payments, transactions, audit, events].map((rows) =>
    rows.length === 0 ? null : JSON.stringify(rows),
  );
}

const keyOf = (row: Readonly<{ merchant_id: string; operation: string; key: string }>) =>
  `${row.merchant_id} ${row.operation} ${row.key}`;

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
