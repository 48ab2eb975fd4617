import type { Logger } from 'pino';
import type { ApprovalsSettings } from '../../composition/approvals-settings.ts';
import type { PayoutAlarm } from '../../ports/approvals/payout-alarm.ts';
import type { RefusalAlarm } from '../../ports/approvals/refusal-alarm.ts';

/** A log line for each message and event that the queue and the bus took. */
export const tellingTo = (log: Logger): Pick<ApprovalsSettings, 'tellQueued' | 'tellPublished'> => ({
  tellQueued: ({ eventId, message }) =>
    log.info({ sink: 'approval_queue', event_id: eventId, payment_id: message.body.paymentId }, 'queued'),
  tellPublished: ({ id, type, paymentId }) =>
    log.info({ sink: 'event_bus', event_type: type, event_id: id, payment_id: paymentId }, 'published'),
});

/** A log line for each refused attempt that is in no log of its payment. */
export const refusalAlarmTo = (log: Logger): RefusalAlarm => ({
  raise: ({ id, cause }) => log.error({ payment_id: id, cause }, 'refused attempt not kept'),
});

/**
 * A log line for each payout that is withheld: an error where rows were edited or the processor says another amount, a warning where
 * approvals do not hold.
 */
export const alarmTo = (log: Logger): PayoutAlarm => ({
  raise: ({ id, reason }) =>
    log[reason === 'ApprovalVoid' ? 'warn' : 'error']({ payment_id: id, code: reason }, 'payout withheld'),
});
