import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import { api, bodyOf } from '../api/api.ts';
import { Failure } from '../parts/answers.tsx';
import { Dialog } from '../parts/dialog.tsx';
import type { Endpoint } from './webhook-queries.ts';

const HOURS = [
  [1, 'the last hour'],
  [24, 'the last day'],
  [7 * 24, 'the last week'],
  [30 * 24, 'the last 30 days'],
] as const;

type Props = Readonly<{ endpoint: Endpoint; onClose: () => void; onDone: (replayed: number) => void }>;

/** Counts what failed, expired or was missed before any of it is sent again. */
export function ReplayDialog({ endpoint: { id, url, created_at }, onClose, onDone }: Props) {
  const field = useId();
  const [hours, setHours] = useState<number>(24);
  const [key] = useState(() => crypto.randomUUID());
  const [now] = useState(() => Date.now());
  const since = new Date(Math.max(now - hours * 3_600_000, Date.parse(created_at))).toISOString();
  const ask = (dry_run: boolean) =>
    bodyOf(
      api.POST('/webhook_endpoints/{id}/replay_failed', {
        params: {
          path: { id },
          header: { 'Idempotency-Key': `console-${key}-${hours}-${dry_run ? crypto.randomUUID() : 'sent'}` },
        },
        body: { since, ...(dry_run ? { dry_run } : {}) },
      }),
    );
  const count = useMutation({ mutationFn: () => ask(true) });
  const replay = useMutation({ mutationFn: () => ask(false), onSuccess: ({ replayed }) => onDone(replayed) });
  const counted = count.data;
  const isOff = count.isPending || replay.isPending || counted?.replayed === 0;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isOff) return;
    if (counted === undefined) count.mutate();
    else replay.mutate();
  };
  const error = replay.error ?? count.error;
  return (
    <Dialog title="Replay what did not arrive" onClose={onClose}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <p className="break-words text-quiet">{url}</p>
        <div className="flex flex-col gap-1.5">
          <label htmlFor={field} className="font-medium">
            What failed, expired or was missed in
          </label>
          <select
            id={field}
            data-first
            className="field"
            value={hours}
            onKeyDown={(event) => {
              if (event.key !== 'Enter') return;
              event.preventDefault();
              event.currentTarget.form?.requestSubmit();
            }}
            onChange={({ target }) => {
              setHours(Number(target.value));
              count.reset();
            }}
          >
            {HOURS.map(([each, name]) => (
              <option key={each} value={each}>
                {name}
              </option>
            ))}
          </select>
        </div>
        <p role="status" className="min-h-5 font-medium">
          {counted !== undefined &&
            `${counted.replayed}${counted.more ? ' or more' : ''} would be sent again.`}
        </p>
        {error !== null && <Failure error={error} />}
        <button type="submit" className="button button-main h-9 self-end" aria-disabled={isOff}>
          {counted === undefined ? 'Count first' : `Replay ${counted.replayed}`}
        </button>
      </form>
    </Dialog>
  );
}
