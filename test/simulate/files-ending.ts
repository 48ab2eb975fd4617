import { linesFrom } from '../../src/application/files/row-lines.ts';
import type { Exception } from '../../src/domain/files/exception.ts';
import type { Reconciliation } from '../../src/domain/files/reconciliation.ts';
import type { JsonObject } from '../../src/domain/kernel/json.ts';
import type { SentFile } from './bookkeepers.ts';
import { commonPorts } from './outside.ts';
import type { MadeRow } from './settlement-rows.ts';
import { storedOf } from './stored-of.ts';
import type { World } from './world.ts';

/** A row of a file, and what became of it. */
type Judged = Readonly<{ made: MadeRow; outcome: string }>;

/**
 * What may become of rows. Of a transaction that is settled by then every row is a duplicate, and so is one that says again, in whichever
 * file, what is an exception already.
 */
const OUTCOMES: Readonly<Record<MadeRow['is'], readonly string[]>> = {
  none: ['matched', 'duplicate'],
  'missing here': ['missing_here', 'duplicate'],
  foreign: ['missing_here', 'duplicate'],
  amount: ['mismatched', 'duplicate'],
  fee: ['mismatched', 'duplicate'],
  currency: ['mismatched', 'duplicate'],
  unreadable: ['rejected'],
  line: ['matched', 'duplicate', 'mismatched'],
};

/** What is wrong with files when everything has come to rest: of each every row has its outcome, and each thing is settled once. */
export async function fileFaults(world: World, sent: readonly SentFile[]): Promise<readonly string[]> {
  const reconciliations = storedOf(world, 'reconciliation');
  if (reconciliations.length === 0) return [];
  const texts = new Map(
    sent.map((file) => [`${file.merchantId} ${commonPorts.digests.sha256(file.text)}`, file]),
  );
  const perFile = Map.groupBy(reconciliations, ({ merchantId, file }) => `${merchantId} ${file.sha256}`);
  const faults: string[] = [];
  const judged: Judged[] = [];
  for (const [bytes, [reconciliation, ...others]] of perFile) {
    if (reconciliation === undefined) continue;
    const { id, status } = reconciliation;
    if (others.length > 0) faults.push(`${others.length + 1} reconciliations of the bytes of ${id}`);
    if (status !== 'completed') faults.push(`${id} is ${status}`);
    const rows = texts.get(bytes)?.rows ?? [];
    const lines = await linesOf(world, reconciliation);
    if (lines.length !== rows.length) faults.push(`${id} has ${lines.length} lines of ${rows.length} rows`);
    for (const [index, made] of rows.entries()) {
      const outcome = lines[index]?.['outcome'] as string;
      judged.push({ made, outcome });
      if (!OUTCOMES[made.is].includes(outcome))
        faults.push(`row ${index} of ${id}, ${made.is}, is ${outcome}`);
    }
  }
  const exceptions = storedOf(world, 'exception');
  return [
    ...faults,
    ...settlementFaults(world, judged, exceptions),
    ...repeatFaults(judged),
    ...lineFaults(judged),
    ...exceptionFaults(world, exceptions),
  ];
}

/** In the order of the file. */
async function linesOf(
  { objects }: World,
  { merchantId, id, batches }: Reconciliation,
): Promise<readonly JsonObject[]> {
  const lines: JsonObject[] = [];
  for await (const read of linesFrom({ objects, utf8: commonPorts.utf8 }, { merchantId, id, batches }, 0))
    lines.push(...read._unsafeUnwrap());
  return lines;
}

/** A transaction is settled once, by one row or by one resolution, and every one of which a row says what we know is. */
function settlementFaults(
  { store }: World,
  judged: readonly Judged[],
  exceptions: readonly Exception[],
): readonly string[] {
  const rows = Map.groupBy(
    judged.filter(({ made }) => made.is === 'none'),
    ({ made }) => made.cells['transaction_id'],
  );
  const resolved = Map.groupBy(exceptions, settledBy);
  return [...store.transactionsOf.values()].flat().flatMap(({ id, status }) => {
    const named = rows.get(id) ?? [];
    const matched = named.filter(({ outcome }) => outcome === 'matched').length;
    const settlers = matched + (resolved.get(id)?.length ?? 0);
    const links = store.auditOf.get(`transaction ${id}`) ?? [];
    const settledLinks = links.filter(({ after }) => after?.['status'] === 'settled').length;
    const due = status === 'settled' ? 1 : 0;
    return [
      ...(settlers === due ? [] : [`${id} is ${status}, and ${settlers} settled it`]),
      ...(settledLinks === due ? [] : [`${id} is ${status}, and was settled ${settledLinks} times`]),
      ...(named.length > 0 && status !== 'settled' ? [`${id} is ${status}, and a row settles it`] : []),
    ];
  });
}

/** Which transaction a person's resolution has settled, if it has. */
function settledBy({ status, type, row, transactionId, ...rest }: Exception): string | undefined {
  if (status !== 'resolved' || !('resolution' in rest) || !('action' in rest.resolution)) return undefined;
  const { action } = rest.resolution;
  if (action.kind === 'link') return action.transactionId;
  return action.kind === 'accept_difference' && type === 'mismatched' && row?.type !== 'chargeback'
    ? transactionId
    : undefined;
}

/** Of all rows that say one thing that does not fit, one at the most is an exception, and one of what is never here. */
function repeatFaults(judged: readonly Judged[]): readonly string[] {
  const same = Map.groupBy(
    judged.filter(({ made: { is } }) => is !== 'none' && is !== 'line' && is !== 'unreadable'),
    ({ made: { cells } }) => Object.values(cells).join(),
  );
  return [...same].flatMap(([name, rows]) => {
    const exceptions = rows.filter(({ outcome }) => outcome !== 'duplicate').length;
    const least = rows.some(({ made: { is } }) => is === 'missing here' || is === 'foreign') ? 1 : 0;
    return exceptions < least || exceptions > 1 ? [`${exceptions} exceptions of the row ${name}`] : [];
  });
}

/** Of all rows that say one line, one has matched. */
function lineFaults(judged: readonly Judged[]): readonly string[] {
  const lines = Map.groupBy(
    judged.filter(({ made }) => made.is === 'line'),
    ({ made: { cells } }) => `${cells['type']} ${cells['reference']}`,
  );
  return [...lines].flatMap(([name, same]) => {
    const matched = same.filter(({ outcome }) => outcome === 'matched').length;
    return matched > 1 || (matched === 0 && name.startsWith('fee '))
      ? [`${matched} rows of ${name} match`]
      : [];
  });
}

/** What a person accepted is posted once, and nothing else that a person decided. */
function exceptionFaults({ store }: World, exceptions: readonly Exception[]): readonly string[] {
  const posted = Map.groupBy(
    [...store.entriesOf.values()].flat().filter((entry) => 'exceptionId' in entry),
    (entry) => ('exceptionId' in entry ? entry.exceptionId : ''),
  );
  return exceptions.flatMap((exception) => {
    const { id, merchantId } = exception;
    const found = (posted.get(id) ?? []).map(
      (entry) => `${entry.merchantId} ${entry.type} ${entry.amount.minorUnits}`,
    );
    const due = acceptedOf(exception).map((text) => `${merchantId} ${text}`);
    return found.join() === due.join() ? [] : [`${id} posted ${found.join()} where ${due.join()} is due`];
  });
}

/** The entry that the acceptance of a difference leads to, if it does. */
const acceptedOf = (exception: Exception): readonly string[] => {
  const { difference = 0n } = exception;
  const isAccepted =
    exception.status === 'resolved' &&
    'action' in exception.resolution &&
    exception.resolution.action.kind === 'accept_difference';
  if (!isAccepted || difference === 0n) return [];
  return [difference > 0n ? `difference_over ${difference}` : `difference_short ${-difference}`];
};

/** The entries that fees in files and accepted differences must have led to, with the merchant of each. */
export const entriesOfFiles = (world: World): readonly Readonly<{ merchantId: string; text: string }>[] => [
  ...storedOf(world, 'statement_line')
    .filter(({ type }) => type === 'fee')
    .map(({ id, merchantId }) => ({ merchantId, text: `${id} fee 7` })),
  ...storedOf(world, 'exception').flatMap((exception) =>
    acceptedOf(exception).map((text) => ({
      merchantId: exception.merchantId,
      text: `${exception.id} ${text}`,
    })),
  ),
];
