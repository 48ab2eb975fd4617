import { okAsync } from 'neverthrow';
import type { ApprovalsUseCases } from '../../../application/approvals/approvals-use-cases.ts';
import type { NotificationReaders } from '../../../composition/processors.ts';
import { processorNotifications } from '../../http/payments/processor-notifications.ts';
import type { EmfMetrics } from '../function/emf-metrics.ts';

/** Where events of Stripe about vendors' payouts are taken, which a server takes with those of the platform. */
const AT = '/approvals';

/** The route for a processor's events, below the paths of approvals. */
export const returnedPayouts: typeof processorNotifications = {
  ...processorNotifications,
  routes: processorNotifications.routes.map(({ described, ...route }) => ({
    ...route,
    described: { ...described, path: `${AT}${described.path}` },
  })),
};

/** What it needs: events about anything but a payout are the platform's, and left to it. */
export const returnedPayoutParts = (
  {
    receiveReturnedPayout,
    receiveFailedBankPayout,
  }: Pick<ApprovalsUseCases, 'receiveReturnedPayout' | 'receiveFailedBankPayout'>,
  readers: NotificationReaders,
  metrics: Pick<EmfMetrics, 'counted'>,
) => ({
  receiveNotification: () => okAsync('unknown' as const),
  queueDispute: () => okAsync('repeated' as const),
  notifications: {
    ...readers,
    receivePayout: receiveReturnedPayout,
    receiveBankPayout: receiveFailedBankPayout,
    counted: metrics.counted('processor_notifications', 'processor', 'outcome'),
  },
});
