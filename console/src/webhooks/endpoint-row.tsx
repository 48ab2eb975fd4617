import { useMutation, useQueryClient } from '@tanstack/react-query';
import { FlaskConical, KeyRound, RotateCcw } from 'lucide-react';
import { useState } from 'react';
import { dataOf } from '../../../client/src/client.ts';
import { api } from '../api/api.ts';
import { Failure } from '../parts/answers.tsx';
import { Status } from '../parts/badge.tsx';
import { Time } from '../parts/clock.tsx';
import { lengthOf, useNow } from '../parts/now.ts';
import { LatestOutcomes } from './latest-outcomes.tsx';
import { RotationDialog } from './rotation-dialog.tsx';
import type { Endpoint } from './webhook-queries.ts';

type Props = Readonly<{
  endpoint: Endpoint;
  isChosen: boolean;
  onChoose: () => void;
  onReplay: () => void;
  /** How many were sent again from here. */
  replayed: number | undefined;
}>;

/** An endpoint: how it does, what can be sent to it, and until when its previous secret still signs. */
export function EndpointRow({ endpoint, isChosen, onChoose, onReplay, replayed }: Props) {
  const { id, url, events, status, failing_since, previous_secret_expires_at } = endpoint;
  const queries = useQueryClient();
  const [isRotating, setRotating] = useState(false);
  const isOff = status !== 'enabled';
  const test = useMutation({
    mutationFn: () =>
      dataOf(
        api.POST('/webhook_endpoints/{id}/test', {
          params: { path: { id }, header: { 'Idempotency-Key': `console-${crypto.randomUUID()}` } },
        }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['webhooks'] }),
  });
  return (
    <li className="flex flex-col gap-3 px-4 py-3">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div className="flex min-w-0 flex-1 basis-64 flex-col gap-1">
          <p className="flex flex-wrap items-center gap-2">
            <button
              type="button"
              aria-pressed={isChosen}
              title="Show its deliveries alone"
              onClick={onChoose}
              className="max-w-full truncate rounded font-medium hover:underline aria-pressed:text-accent"
            >
              {url}
            </button>
            <Status of={status} />
          </p>
          <p className="text-quiet">
            {events.includes('*') ? 'All events' : events.join(', ')}
            {failing_since !== undefined && (
              <span className="text-bad">
                {' '}
                · failing since <Time at={failing_since} />
              </span>
            )}
          </p>
          <LatestOutcomes endpoint={id} />
          {previous_secret_expires_at !== undefined && <Overlap until={previous_secret_expires_at} />}
        </div>
        <div className="flex flex-wrap gap-2">
          <button
            type="button"
            className="button"
            aria-disabled={test.isPending || isOff}
            onClick={() => {
              if (!test.isPending && !isOff) test.mutate();
            }}
          >
            <FlaskConical aria-hidden className="size-4" />
            Send a test
          </button>
          <button
            type="button"
            className="button"
            aria-disabled={isOff}
            onClick={isOff ? undefined : onReplay}
          >
            <RotateCcw aria-hidden className="size-4" />
            Replay
          </button>
          <button type="button" className="button" onClick={() => setRotating(true)}>
            <KeyRound aria-hidden className="size-4" />
            Rotate
          </button>
        </div>
      </div>
      {test.error !== null && <Failure error={test.error} />}
      <p role="status" className="text-good empty:hidden">
        {replayed !== undefined
          ? `${replayed} on their way again.`
          : test.isSuccess
            ? 'A test event is on its way.'
            : ''}
      </p>
      {isRotating && <RotationDialog endpoint={endpoint} onClose={() => setRotating(false)} />}
    </li>
  );
}

/** How long two secrets sign, while they do. */
function Overlap({ until }: Readonly<{ until: string }>) {
  const left = Date.parse(until) - useNow();
  if (left <= 0) return null;
  return (
    <p className="text-warn">
      The previous secret signs too for {lengthOf(left)}, until <Time at={until} exact />.
    </p>
  );
}
