import { z } from '@hono/zod-openapi';
import type { Handler } from 'hono';
import type { ResultAsync } from 'neverthrow';
import type { Logger } from 'pino';
import type { UseCases } from '../../../application/use-cases.ts';
import type {
  NotificationForged,
  NotificationMalformed,
  NotificationStale,
  NotifiedBankPayout,
  ProcessorNotification,
  ReadNotification,
} from '../../../ports/processor-notifications.ts';
import type { StorageUnavailable } from '../../../ports/unavailable.ts';
import type { Counted } from '../server/measurements.ts';
import type { FailureOf } from '../server/problem.ts';
import { problemTable } from '../server/problem-table.ts';
import { readBytes } from '../server/read-json.ts';
import { answerJson, type HttpEnv } from '../server/request-context.ts';
import { answer, forAnyone, resource } from '../server/route.ts';
import { json } from '../server/route-description.ts';
import { NO_ROUTE, refuseRoute } from '../server/service-app.ts';

type NotificationRefused = NotificationForged | NotificationStale | NotificationMalformed;
type PayoutsUnavailable = Readonly<{ kind: 'PayoutsUnavailable' }>;
type NotificationFailure =
  | NotificationRefused
  | PayoutsUnavailable
  | FailureOf<UseCases, 'receiveNotification' | 'queueDispute'>;

/** What pays vendors, which looks up whether a payout has come back. */
type ReceivePayout = (
  payout: Readonly<{ reference: string; requestId: string }>,
) => ResultAsync<string, StorageUnavailable | PayoutsUnavailable>;

/** The same of a payout from the vendor's account at the processor to their bank. */
type ReceiveBankPayout = (
  payout: NotifiedBankPayout & Readonly<{ requestId: string }>,
) => ReturnType<ReceivePayout>;

/** How notifications are read and counted; a processor without a reader has no route. */
export type ReceivedNotifications = Readonly<{
  stripe?: ReadNotification;
  /** Where vendors are paid beside the platform. */
  receivePayout?: ReceivePayout;
  receiveBankPayout?: ReceiveBankPayout;
  /** By what became of each: `NotificationEnd`, `QueueEnd`, what `receivePayout` and `receiveBankPayout` say, or why it was refused. */
  counted: Counted<'processor' | 'outcome'>;
}>;

const problems = problemTable<NotificationFailure>({
  NotificationForged: {
    status: 400,
    code: 'notification_forged',
    title: 'The notification is not signed as it should be',
    detail:
      'No signing secret of this installation made the signature over these bytes. The endpoint’s secret in the dashboard and the one set here differ, or the sender is another.',
  },
  NotificationStale: {
    status: 400,
    code: 'notification_stale',
    title: 'The notification was signed too long ago',
    detail: 'A signature counts for 300 seconds. Sent again by the processor, it has a new one.',
  },
  NotificationMalformed: {
    status: 400,
    code: 'notification_malformed',
    title: 'The notification is signed, and is no event',
    detail: 'The body is a JSON object of UTF-8 with the event’s `id` and `type`.',
  },
  PayoutsUnavailable: {
    status: 503,
    code: 'payout_not_looked_up',
    title: 'The payout could not be looked up',
    detail: 'The processor did not say what became of it. Nothing was changed; send the event again.',
    retryAfterS: 60,
  },
});

type Parts = Pick<UseCases, 'receiveNotification' | 'queueDispute'> &
  Readonly<{ notifications?: ReceivedNotifications; log: Logger }>;

const REFUSED = {
  NotificationForged: 'forged',
  NotificationStale: 'stale',
  NotificationMalformed: 'malformed',
} as const satisfies Record<NotificationRefused['kind'], string>;

const postStripeEvent = ({
  receiveNotification,
  queueDispute,
  notifications,
  log,
}: Parts): Handler<HttpEnv> => {
  const { receivePayout, receiveBankPayout } = notifications ?? {};
  const taken = (
    sent: ProcessorNotification & Readonly<{ requestId: string }>,
  ): ResultAsync<string, StorageUnavailable | PayoutsUnavailable> => {
    const { dispute, payout, bankPayout, ...notification } = sent;
    if (payout !== undefined && receivePayout !== undefined)
      return receivePayout({ reference: payout, requestId: sent.requestId });
    if (bankPayout !== undefined && receiveBankPayout !== undefined)
      return receiveBankPayout({ ...bankPayout, requestId: sent.requestId });
    return dispute === undefined
      ? receiveNotification(notification)
      : queueDispute({ ...notification, dispute });
  };
  return async (c) => {
    const read = notifications?.stripe;
    if (read === undefined) return refuseRoute(c);
    const count = (outcome: string) => notifications?.counted.inc({ processor: 'stripe', outcome });
    const { requestId } = c.var;
    const received = await readBytes(c.req.raw).andThen((body) =>
      read({ body, signature: c.req.header('stripe-signature') })
        .mapErr((refusal) => {
          count(REFUSED[refusal.kind]);
          return refusal;
        })
        .asyncAndThen((notification) =>
          taken({ ...notification, requestId }).map((outcome) => {
            count(outcome);
            log.info(lineOf(notification, outcome, requestId), 'processor notification');
            return outcome;
          }),
        ),
    );
    return received.match(
      () => answerJson(200, '{"received":true}'),
      (failure) => problems.refuse(c, failure),
    );
  };
};

/** What the log says: names, and nothing that the notification holds. */
const lineOf = (
  { id, type }: Readonly<{ id: string; type: string }>,
  outcome: string,
  requestId: string,
) => ({ processor: 'stripe', event_id: id, event_type: type, outcome, request_id: requestId });

/** What processors send by themselves. */
export const processorNotifications = resource({
  tag: {
    name: 'processors',
    description: 'For the processors: what they send to say that they have something new.',
  },
  problems: { rows: { ...problems.rows, ...NO_ROUTE } },
  routes: [
    forAnyone(postStripeEvent, {
      method: 'post',
      path: '/processors/stripe/webhook',
      operationId: 'receiveStripeEvent',
      summary: 'Take an event of Stripe',
      description:
        'For webhook endpoints of Stripe, with the signature in `Stripe-Signature` in place of a token. An event is a reason to ask Stripe, and nothing in it ' +
        'is believed: a payment whose outcome is awaited is asked about within seconds, one that has ended is compared with Stripe’s record, a dispute is read, and a transfer to a vendor, or a payout from there to their bank, is looked up before the answer. Events about anything else are answered alike, so that Stripe ' +
        'does not send them again. There is no such route where STRIPE_WEBHOOK_SECRET is not set.',
      bytes: json(z.record(z.string(), z.unknown())),
      responses: {
        200: answer(
          'It was received.',
          z.strictObject({ received: z.boolean() }).openapi('ReceivedNotification'),
        ),
      },
      refusals: [400, 404, 413, 503],
    }),
  ],
});
