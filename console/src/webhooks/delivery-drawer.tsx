import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { RotateCcw } from 'lucide-react';
import { useState } from 'react';
import { dataOf } from '../../../client/src/client.ts';
import { api } from '../api/api.ts';
import { Failure, Skeleton } from '../parts/answers.tsx';
import { Status } from '../parts/badge.tsx';
import { Time } from '../parts/clock.tsx';
import { Copyable } from '../parts/copyable.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { JsonView } from '../parts/json-view.tsx';
import { Facts, Section } from '../parts/page.tsx';
import { AttemptList } from './attempt-list.tsx';
import { SentRequest } from './sent-request.tsx';
import { deliveryQuery, type ReadDelivery } from './webhook-queries.ts';

/** One delivery, every attempt at it, and a way to send it again. */
export function DeliveryDrawer({ id, onClose }: Readonly<{ id: string; onClose: () => void }>) {
  const { data: delivery, error, refetch } = useQuery(deliveryQuery(id));
  return (
    <Dialog title={delivery?.event_type ?? 'Delivery'} onClose={onClose} drawer>
      {delivery !== undefined ? (
        <Details delivery={delivery} />
      ) : error === null ? (
        <Skeleton label="Loading the delivery" />
      ) : (
        <Failure error={error} retry={() => void refetch()} />
      )}
    </Dialog>
  );
}

/** The way to send it again, once it is there. */
const focus = (button: HTMLElement | null) => button?.focus();

function Details({ delivery }: Readonly<{ delivery: ReadDelivery }>) {
  const queries = useQueryClient();
  const [key] = useState(() => `console-${crypto.randomUUID()}`);
  const replay = useMutation({
    mutationFn: () =>
      dataOf(
        api.POST('/webhook_deliveries/{id}/replay', {
          params: { path: { id: delivery.id }, header: { 'Idempotency-Key': key } },
        }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['webhooks'] }),
  });
  return (
    <div className="flex flex-col gap-6">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <Status of={delivery.status} />
        <button
          type="button"
          ref={focus}
          className="button"
          aria-disabled={replay.isPending || replay.isSuccess}
          onClick={() => {
            if (!replay.isPending && !replay.isSuccess) replay.mutate();
          }}
        >
          <RotateCcw aria-hidden className="size-4" />
          Replay
        </button>
      </div>
      <p role="status" className="text-good empty:hidden">
        {replay.isSuccess ? 'It is on its way again.' : ''}
      </p>
      {replay.error !== null && <Failure error={replay.error} />}
      <Facts facts={factsOf(delivery)} />
      <Section title="Attempts">
        <AttemptList of={delivery} />
      </Section>
      <SentRequest request={delivery.request} />
      <details>
        <summary className="w-fit rounded font-medium text-quiet hover:text-ink">Raw JSON</summary>
        <div className="mt-3">
          <JsonView value={delivery} label="The delivery as JSON" />
        </div>
      </details>
    </div>
  );
}

const factsOf = (delivery: ReadDelivery) =>
  [
    [
      'To',
      <span key="url" className="break-all">
        {delivery.url}
      </span>,
    ],
    ['Delivery', <Copyable key="id" text={delivery.id} label="delivery id" />],
    ['Event', <Copyable key="event" text={delivery.event_id} label="event id" />],
    [
      'Payment',
      delivery.payment_id && (
        <Link
          key="payment"
          to="/payments/$id"
          params={{ id: delivery.payment_id }}
          className="font-mono text-[13px] break-all text-accent hover:underline"
        >
          {delivery.payment_id}
        </Link>
      ),
    ],
    ['Created', <Time key="created" at={delivery.created_at} exact />],
    ['Next attempt', delivery.next_retry && <Time key="next" at={delivery.next_retry} exact />],
    ['Given up at', <Time key="expires" at={delivery.expires_at} exact />],
  ] as const;
