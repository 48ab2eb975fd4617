import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { dataOf } from '../../../client/src/client.ts';
import { api } from '../api/api.ts';
import { leavesOpen } from '../api/problem.ts';
import { Failure } from '../parts/answers.tsx';
import { Time } from '../parts/clock.tsx';
import { CodeBlock } from '../parts/code-block.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { type Endpoint, endpointsQuery } from './webhook-queries.ts';

type Props = Readonly<{ endpoint: Endpoint; onClose: () => void }>;

/** Gets an endpoint a new secret, which is shown here and nowhere else; sent again after silence, it is the same one. */
export function RotationDialog({ endpoint: { id, url }, onClose }: Props) {
  const queries = useQueryClient();
  const [key, setKey] = useState(() => `console-${crypto.randomUUID()}`);
  const rotation = useMutation({
    mutationFn: () =>
      dataOf(
        api.POST('/webhook_endpoints/{id}/rotate_secret', {
          params: { path: { id }, header: { 'Idempotency-Key': key } },
        }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: endpointsQuery.queryKey }),
    onError: (error) => {
      if (!leavesOpen(error)) setKey(`console-${crypto.randomUUID()}`);
    },
    // The secret is in no cache once the dialog is closed.
    gcTime: 0,
  });
  const made = rotation.data;
  return (
    <Dialog title={made === undefined ? 'Rotate the secret' : 'The new secret'} onClose={onClose}>
      <div className="flex flex-col gap-4">
        <p className="break-words text-quiet">{url}</p>
        <div role="status" className="flex flex-col gap-4 empty:hidden">
          {made !== undefined && (
            <>
              <CodeBlock label="the secret" text={made.secret} />
              <p>
                It is shown this once. The previous secret signs too
                {made.previous_secret_expires_at !== undefined && (
                  <>
                    {' '}
                    until <Time at={made.previous_secret_expires_at} exact />
                  </>
                )}
                : until then the receiver takes either.
              </p>
            </>
          )}
        </div>
        {made === undefined && (
          <p>Deliveries are signed with both secrets for 24 hours, so that the receiver can change over.</p>
        )}
        {rotation.error !== null && <Failure error={rotation.error} />}
        {made === undefined ? (
          <button
            type="button"
            data-first
            className="button button-main h-9 self-end"
            aria-disabled={rotation.isPending}
            onClick={() => {
              if (!rotation.isPending) rotation.mutate();
            }}
          >
            {rotation.isPending ? 'Rotating…' : 'Rotate'}
          </button>
        ) : (
          <button type="button" autoFocus className="button h-9 self-end" onClick={onClose}>
            Done
          </button>
        )}
      </div>
    </Dialog>
  );
}
