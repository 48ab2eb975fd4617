import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { dataOf } from '../../../client/src/client.ts';
import { api } from '../api/api.ts';
import type { EventType } from '../api/event-types.ts';
import { leavesOpen } from '../api/problem.ts';
import { Failure } from '../parts/answers.tsx';
import { useZone } from '../parts/clock.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { Choose, Field } from '../parts/field.tsx';
import { submitFromChoice } from '../parts/submit-from-choice.ts';
import { replayTerms } from './replay-terms.ts';
import { subscribedTypes, TypeChoice } from './type-choice.tsx';
import type { Endpoint } from './webhook-queries.ts';

const HOURS = [
  ['1', 'the last hour'],
  ['24', 'the last day'],
  ['168', 'the last week'],
  ['720', 'the last 30 days'],
] as const;

type Props = Readonly<{ endpoint: Endpoint; onClose: () => void; onDone: (replayed: number) => void }>;

const newKey = () => crypto.randomUUID();

/** Counts what failed, expired or was missed before any of it is sent again: the same of the same time and types. */
export function ReplayDialog({ endpoint, onClose, onDone }: Props) {
  const { id, url, created_at } = endpoint;
  const zone = useZone();
  const [hours, setHours] = useState('24');
  const [until, setUntil] = useState('');
  const [types, setTypes] = useState<readonly EventType[]>([]);
  const [key, setKey] = useState(newKey);
  const [now] = useState(() => Date.now());
  const terms = replayTerms({ hours: Number(hours), until, zone, types }, { now, created_at });
  const ask = (dry_run: boolean) =>
    dataOf(
      api.POST('/webhook_endpoints/{id}/replay_failed', {
        params: {
          path: { id },
          header: { 'Idempotency-Key': `console-${dry_run ? newKey() : key}` },
        },
        body: { ...terms, ...(dry_run ? { dry_run } : {}) },
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
  // What was counted was of other terms, and so would be the key's replay: one that may be under way keeps its terms.
  const changing =
    <Value,>(set: (value: Value) => void) =>
    (value: Value) => {
      if (replay.isPending || leavesOpen(replay.error)) return;
      set(value);
      setKey(newKey());
      count.reset();
      replay.reset();
    };
  const error = replay.error ?? count.error;
  const subscribed = subscribedTypes(endpoint);
  return (
    <Dialog title="Replay what did not arrive" onClose={onClose}>
      <form onSubmit={submit} onKeyDown={submitFromChoice} className="flex flex-col gap-4">
        <p className="break-words text-quiet">{url}</p>
        <Choose
          label="What failed, expired or was missed in"
          choices={HOURS}
          data-first
          value={hours}
          onChange={({ target }) => changing(setHours)(target.value)}
        />
        <Field
          label={`Until (${zone === 'utc' ? 'UTC' : 'local time'})`}
          hint="Now, where it is empty. The time above ends then."
          type="datetime-local"
          value={until}
          onChange={({ target }) => changing(setUntil)(target.value)}
        />
        {subscribed.length > 1 && <TypeChoice of={subscribed} chosen={types} onChoose={changing(setTypes)} />}
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
