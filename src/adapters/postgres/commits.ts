import { setImmediate as turn } from 'node:timers/promises';
import { err, ok, type Result } from 'neverthrow';
import type pg from 'pg';
import { present } from '../../domain/kernel/present.ts';
import type { Change, CommitRefused, Commits } from '../../ports/commits.ts';
import { coalesce } from '../shared/coalesce.ts';
import { BATCH_ARGUMENTS, batchArgumentsOf } from './batch-arguments.ts';
import { argumentsOf, keysOf, tracesOf } from './commit-arguments.ts';
import { attempt, isTransient, retried } from './faults.ts';
import { gateOf } from './pool.ts';

/** Larger batches bring no more rows a second, and make the first caller wait longer. */
const MOST_CHANGES = 100;
/** Four statements at once keep the server's CPU and its disk busy while the next is made; more only shrink batches. */
const LANES = 4;

/**
 * Concurrent commits share a statement (see `commit_changes`), and each still gets its own result. Changes that touch
 * the same claim, payment, aggregate, unique key or balance spent from never share one.
 */
export function postgresCommits(pool: pg.Pool): Commits {
  const prepared = new WeakMap<Change, BatchArguments>();
  const commit = coalesce<Change, Outcome>({
    run: (changes) => commitAll(pool, changes, (change) => prepared.get(change) ?? batchArgumentsOf(change)),
    most: MOST_CHANGES,
    gate: gateOf(pool),
    lanes: LANES,
    keysOf,
  });
  return {
    commit: (change) => attempt(() => commit(change).then(orThrow)).andThen(asResult),
    async prepare(change) {
      // A statement that was given leaves with the end of this turn, and goes first.
      await turn();
      try {
        const values = batchArgumentsOf(change);
        if (values !== undefined) prepared.set(change, values);
      } catch {
        // Its commit throws the same.
      }
    },
  };
}

type BatchArguments = NonNullable<ReturnType<typeof batchArgumentsOf>>;

const asResult = (refused: CommitRefused | undefined): Result<undefined, CommitRefused> =>
  refused === undefined ? ok(undefined) : err(refused);

/** A change's own result: applied, refused, or impossible to store at all. */
type Outcome = Readonly<{ refused?: CommitRefused; fault?: unknown }>;

function orThrow({ refused, fault }: Outcome): CommitRefused | undefined {
  if (fault !== undefined) throw fault;
  return refused;
}

type Refusal = Readonly<{
  n: number;
  refusal: 'taken' | 'fence' | 'stale' | 'key';
  entity_id: string | null;
}>;

/** A change of very many rows goes alone, in columns; the others share a statement. */
async function commitAll(
  pool: pg.Pool,
  changes: readonly Change[],
  argumentsFor: (change: Change) => BatchArguments | undefined,
): Promise<readonly Outcome[]> {
  const batches = changes.map(argumentsFor);
  const others = changes.filter((_, n) => batches[n] === undefined);
  const [together, alone] = await Promise.all([
    others.length === 0 ? [] : commitTogether(pool, others),
    Promise.all(batches.map(async (values) => values && commitBatch(pool, values))),
  ]);
  const left = together.values();
  return alone.map((outcome) => outcome ?? (left.next().value as Outcome));
}

/** What `commit_batch` raises for a change that is refused. */
const REFUSED = 'PW409';

async function commitBatch(pool: pg.Pool, values: readonly (string | Buffer | null)[]): Promise<Outcome> {
  try {
    await retried(() => pool.query({ ...COMMIT_BATCH, values: [...values] }));
    return {};
  } catch (fault) {
    const { code, message, detail: id } = fault as Partial<Record<'code' | 'message' | 'detail', string>>;
    if (code !== REFUSED || id === undefined) return { fault };
    return { refused: message === 'stale' ? { kind: 'StaleVersion', id } : { kind: 'KeyTaken', key: id } };
  }
}

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
  const transaction = transactions.find(({ expected }) => expected === 0);
  const id = table === 'payment' ? payment?.next.id : transaction?.next.id;
  return id === undefined || (table !== 'payment' && table !== 'transaction')
    ? undefined
    : { refused: { kind: 'StaleVersion', id } };
}

const COMMIT = {
  name: 'commit_changes',
  text: `SELECT n, refusal, entity_id
    FROM commit_changes($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
};
const COMMIT_BATCH = {
  name: 'commit_batch',
  text: `SELECT commit_batch(${Array.from({ length: BATCH_ARGUMENTS }, (_, n) => `$${n + 1}`).join(', ')})`,
};
const COMMIT_TRACED = {
  name: 'commit_traced_changes',
  text: `SELECT n, refusal, entity_id
    FROM commit_traced_changes($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
};

async function commitInOneStatement(pool: pg.Pool, changes: readonly Change[]): Promise<readonly Outcome[]> {
  const traces = tracesOf(changes);
  const { rows } = await pool.query<Refusal>(
    traces === undefined
      ? { ...COMMIT, values: argumentsOf(changes) }
      : { ...COMMIT_TRACED, values: [...argumentsOf(changes), traces] },
  );
  const refusals = new Map(rows.map((row) => [row.n, row]));
  return changes.map((change, n) => {
    const refused = refusalOf(change.id, refusals.get(n));
    return present({ refused });
  });
}

function refusalOf(changeId: string, row: Refusal | undefined): CommitRefused | undefined {
  if (row === undefined) return undefined;
  const { refusal, entity_id: id } = row;
  if (refusal === 'taken') return { kind: 'ClaimTaken' };
  if (refusal === 'fence') return { kind: 'FenceLost' };
  if (id === null) throw new Error(`change ${changeId} was refused without a reason`);
  return refusal === 'stale' ? { kind: 'StaleVersion', id } : { kind: 'KeyTaken', key: id };
}
