import type { Schemas } from '../api/api.ts';
import type { VendorPayment } from './approval-queries.ts';

type Line = VendorPayment['lineItems'][number];
/** What an approval is for: who is paid, how much, for what, and by when. */
export type Terms = Pick<VendorPayment, 'amountCents' | 'lineItems' | 'metadata' | 'dueDate'>;
export type Entries = readonly Schemas['VendorPaymentAuditLog']['entries'][number][];
type Entry = Entries[number];

export type LineChange = Readonly<{
  change: 'same' | 'changed' | 'added' | 'removed';
  was?: Line;
  is?: Line;
}>;

const isSame = (was: Line, is: Line): boolean =>
  was.quantity === is.quantity && was.unitPriceCents === is.unitPriceCents;

/** The lines of now in their order, each beside the line of that description that there was, and then those that are gone. */
export function compareLines(was: readonly Line[], is: readonly Line[]): readonly LineChange[] {
  const left = [...was];
  const take = (line: Line): Line | undefined => {
    const named = left.filter(({ description }) => description === line.description);
    const found = named.find((each) => isSame(each, line)) ?? named[0];
    if (found !== undefined) left.splice(left.indexOf(found), 1);
    return found;
  };
  const kept = is.map((line): LineChange => {
    const before = take(line);
    if (before === undefined) return { change: 'added', is: line };
    return { change: isSame(before, line) ? 'same' : 'changed', was: before, is: line };
  });
  return [...kept, ...left.map((line): LineChange => ({ change: 'removed', was: line }))];
}

/** The pairs of metadata that differ, each as it was and as it is. */
export function compareMetadata(was: Terms, is: Terms) {
  const before = new Map<string, unknown>(Object.entries(was.metadata ?? {}));
  const after = new Map<string, unknown>(Object.entries(is.metadata ?? {}));
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((name) => ({ name, was: before.get(name), is: after.get(name) }))
    .filter(({ was: one, is: other }) => JSON.stringify(one) !== JSON.stringify(other));
}

/** What the log says that the payment was after each entry, which has what it changed. */
function* statesOf(entries: Entries): Generator<Readonly<{ entry: Entry; state: Record<string, unknown> }>> {
  let state: Record<string, unknown> = {};
  for (const entry of [...entries].sort((a, b) => a.sequence - b.sequence)) {
    const kept = Object.entries(state).filter(([name]) => !Object.hasOwn(entry.before ?? {}, name));
    state = { ...Object.fromEntries(kept), ...entry.after };
    yield { entry, state };
  }
}

/** The terms that were approved last, where they have been changed since. */
export function lastApproved(
  entries: Entries,
): Readonly<{ terms: Terms; by: string; at: string }> | undefined {
  let approved: Readonly<{ terms: Terms; by: string; at: string }> | undefined;
  let isChanged = false;
  for (const { entry, state } of statesOf(entries)) {
    if (entry.action === 'payment.approval_given') {
      approved = { terms: state as Terms, by: entry.actor.id, at: entry.timestamp };
      isChanged = false;
    }
    if (entry.action === 'payment.changed') isChanged = true;
  }
  return isChanged ? approved : undefined;
}

/** The terms of an edition, which is theirs until they are changed. */
export const termsOfEdition = (entries: Entries, edition: number): Terms | undefined =>
  statesOf(entries).find(({ state }) => state['edition'] === edition)?.state as Terms | undefined;
