import { errAsync, okAsync } from 'neverthrow';
import type pg from 'pg';
import { idOf } from '../../domain/ids.ts';
import { rfc3339 } from '../../domain/instant.ts';
import { type Json, jsonText } from '../../domain/json.ts';
import type { Change, CommitRefused, Commits } from '../../ports/commits.ts';
import { coalesce } from '../shared/coalesce.ts';
import { attempt, isTransient, retried } from './faults.ts';
import {
  auditToRow,
  claimToRow,
  eventToRow,
  paymentMoveToRow,
  paymentToRow,
  transactionToRow,
} from './rows.ts';

/** Larger batches bring no more rows a second, and make the first caller wait longer. */
const MOST_CHANGES = 100;
/** Four statements at once keep the server's CPU and its disk busy while the next is made; more only shrink batches. */
const LANES = 4;

/**
 * Concurrent commits share a statement (see `commit_changes`), and each still gets its own result. Changes that touch
 * the same claim or payment never share one.
 */
export function postgresCommits(pool: pg.Pool): Commits {
  const commit = coalesce<Change, Outcome>({
    run: (changes) => commitTogether(pool, changes),
    most: MOST_CHANGES,
    lanes: LANES,
    keysOf: ({ claim: { next }, payment, transactions }) => [
      `${next.merchantId} ${next.operation} ${next.key}`,
      ...(payment === undefined ? [] : [payment.next.id]),
      ...transactions.map((transaction) => transaction.next.paymentId),
    ],
  });
  return {
    commit: (change) =>
      attempt(() => commit(change).then(orThrow)).andThen((refused) =>
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
    return await retried(() => commitInOneStatement(pool, changes));
  } catch (fault) {
    if (isTransient(fault)) throw fault;
    const [only] = changes;
    if (changes.length === 1 && only !== undefined) return [existingOf(only, fault) ?? { fault }];
    const alone = changes.map((change) => commitTogether(pool, [change]));
    return (await Promise.all(alone)).flat();
  }
}

const UNIQUE_VIOLATION = '23505';

/** A new entity whose id exists is refused by its primary key, so that no new entity has to be looked up first. */
function existingOf({ payment, transactions }: Change, fault: unknown): Outcome | undefined {
  const { code, table } = fault as { code?: string; table?: string };
  if (code !== UNIQUE_VIOLATION) return undefined;
  const id = table === 'payment' ? payment?.next.id : transactions.find(isNew)?.next.id;
  return id === undefined || (table !== 'payment' && table !== 'transaction')
    ? undefined
    : { refused: { kind: 'StaleVersion', id } };
}

async function commitInOneStatement(pool: pg.Pool, changes: readonly Change[]): Promise<readonly Outcome[]> {
  const { rows } = await pool.query<Refusal>({
    name: 'commit_changes',
    text: 'SELECT n, refusal, entity_id FROM commit_changes($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)',
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

const isNew = ({ expected }: Readonly<{ expected: number }>) => expected === 0;

type Numbered = { n: number; expected: number; at?: string };

/** Rows in the order of their keys, so that all calls lock in one order; `n` says whose they are. */
function argumentsOf(changes: readonly Change[]): (string | number | null)[] {
  const claims: (ReturnType<typeof claimToRow> & Numbered)[] = [];
  const payments: (Numbered & { id: string })[] = [];
  const transactions: (Numbered & { id: string })[] = [];
  const audit: object[] = [];
  const events: object[] = [];
  for (const [n, { at, claim, payment, ...change }] of changes.entries()) {
    claims.push({ n, expected: claim.expected, at: rfc3339(at), ...claimToRow(claim.next) });
    if (payment !== undefined) {
      const row = payment.expected === 0 ? paymentToRow(payment.next) : paymentMoveToRow(payment.next);
      payments.push({ n, expected: payment.expected, ...row });
    }
    for (const { expected, next } of change.transactions)
      transactions.push({ n, expected, ...transactionToRow(next) });
    for (const entry of change.audit) audit.push({ n, ...auditToRow(entry) });
    for (const event of change.events) events.push({ n, ...eventToRow(event) });
  }
  claims.sort((a, b) => order(keyOf(a), keyOf(b)));
  for (const rows of [payments, transactions]) rows.sort((a, b) => order(a.id, b.id));
  const isOld = ({ expected }: Numbered) => expected !== 0;
  const opened = claims.filter(isNew);
  const moved = claims.filter(isOld);
  return [
    textOf(opened),
    opened.length,
    textOf(moved),
    moved.length,
    textOf(payments.filter(isNew)),
    textOf(payments.filter(isOld)),
    textOf(transactions.filter(isNew)),
    textOf(transactions.filter(isOld)),
    textOf(audit),
    textOf(events),
  ];
}

const textOf = (rows: readonly object[]): string | null =>
  rows.length === 0 ? null : jsonText(rows as readonly Json[]);

const keyOf = (row: Readonly<{ merchant_id: string; operation: string; key: string }>) =>
  `${row.merchant_id} ${row.operation} ${row.key}`;

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
