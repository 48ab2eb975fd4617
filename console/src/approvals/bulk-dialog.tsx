import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { PaywrightProblem } from '../../../client/src/client.ts';
import { leavesOpen } from '../api/problem.ts';
import { Badge } from '../parts/badge.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { money } from '../parts/money.ts';
import type { VendorPayment } from './approval-queries.ts';
import { decide } from './decision.ts';
import { descriptionOf } from './inbox.tsx';
import type { Picked } from './picked.ts';

type Outcome = Readonly<{ now: VendorPayment }> | Readonly<{ refusal: string }>;

type Props = Readonly<{ picked: Picked; onClose: () => void; onDone: () => void }>;

/**
 * Approves payments one after the other, each by the terms it had when it was picked and under a key of its own: one that was changed
 * since is refused, and no other for its sake. What has no answer yet can be sent again.
 */
export function BulkDialog({ picked, onClose, onDone }: Props) {
  const queries = useQueryClient();
  const [asked] = useState(() =>
    [...picked.values()].map((seen) => ({ seen, key: `console-${crypto.randomUUID()}` })),
  );
  const [outcomes, setOutcomes] = useState<ReadonlyMap<string, Outcome>>(new Map());
  const [isSending, setSending] = useState(false);
  const left = asked.filter(({ seen }) => !outcomes.has(seen.paymentId));
  const send = async () => {
    setSending(true);
    for (const { seen, key } of left) {
      const outcome = await outcomeOf(seen, key);
      if (outcome !== undefined) setOutcomes((was) => new Map(was).set(seen.paymentId, outcome));
    }
    setSending(false);
    await queries.invalidateQueries({ queryKey: ['approvals'] });
  };
  const isDone = left.length === 0;
  const press = () => {
    if (isDone) onDone();
    else if (!isSending) void send();
  };
  return (
    <Dialog
      title={asked.length === 1 ? 'Approve a payment' : `Approve ${asked.length} payments`}
      onClose={isDone ? onDone : onClose}
    >
      <div className="flex flex-col gap-4">
        <ul className="max-h-[50dvh] divide-y divide-line overflow-y-auto" aria-live="polite">
          {asked.map(({ seen }) => (
            <Item key={seen.paymentId} seen={seen} outcome={outcomes.get(seen.paymentId)} />
          ))}
        </ul>
        <button
          type="button"
          data-first
          aria-disabled={isSending}
          className="button button-main h-9 self-end"
          onClick={press}
        >
          {isDone ? 'Done' : isSending ? 'Sending…' : `Approve ${left.length}`}
        </button>
      </div>
    </Dialog>
  );
}

/** Undefined where it is not known what became of it. */
async function outcomeOf(seen: VendorPayment, key: string): Promise<Outcome | undefined> {
  try {
    return { now: await decide('approve', seen, key, '') };
  } catch (error) {
    if (leavesOpen(error)) return undefined;
    if (error instanceof PaywrightProblem) return { refusal: error.message };
    throw error;
  }
}

function Item({ seen, outcome }: Readonly<{ seen: VendorPayment; outcome: Outcome | undefined }>) {
  return (
    <li className="flex flex-col gap-0.5 py-2">
      <span className="flex items-center justify-between gap-2">
        <span className="font-medium tabular-nums">{money(seen.amountCents, seen.currency)}</span>
        {outcome !== undefined && <Result of={outcome} />}
      </span>
      <span className="truncate text-quiet">{descriptionOf(seen)}</span>
      {outcome !== undefined && 'refusal' in outcome && <span className="text-bad">{outcome.refusal}</span>}
    </li>
  );
}

function Result({ of }: Readonly<{ of: Outcome }>) {
  if ('refusal' in of) return <Badge tone="bad">Refused</Badge>;
  return of.now.status === 'approved' ? (
    <Badge tone="good">Approved</Badge>
  ) : (
    <Badge tone="warn">Waits for more</Badge>
  );
}
