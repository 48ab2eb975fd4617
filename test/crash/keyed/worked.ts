import type { ResultAsync } from 'neverthrow';
import type { Responded } from '../../../src/application/kernel/idempotency.ts';
import { type KeyedWorkPorts, workUnderKey } from '../../../src/application/kernel/keyed-work.ts';
import { type BatchResult, processBatch } from '../../../src/application/payments/process-batch.ts';
import { type ProcessPorts, processPayment } from '../../../src/application/payments/process-payment.ts';
import { replayDelivery } from '../../../src/application/webhooks/replay-delivery.ts';
import { type ReplayFailedPorts, replayFailed } from '../../../src/application/webhooks/replay-failed.ts';
import { sendTestEvent, type TestEventPorts } from '../../../src/application/webhooks/send-test-event.ts';
import type { ClaimKey } from '../../../src/domain/kernel/claim.ts';
import type { DeliveryId, MerchantId, WebhookEndpointId } from '../../../src/domain/kernel/ids.ts';
import { money } from '../../../src/domain/kernel/money.ts';
import { decodeResponse } from '../../../src/entrypoints/http/payments/stored-responses.ts';
import { NOON, origin, terms } from '../../fixtures/changes.ts';
import type { Failed } from '../trial.ts';
import type { Request } from './scenarios.ts';

/** A request whose work is many writes. */
export type WorkType = Extract<Request['type'], 'test event' | 'replay' | 'replay of what failed' | 'batch'>;

type Ports = KeyedWorkPorts & ProcessPorts & ReplayFailedPorts & TestEventPorts;
type Target = Readonly<{ merchantId: MerchantId; endpoint: WebhookEndpointId; delivery: DeliveryId }>;

/** Between the answers of a batch's items, and in place of one that is not final. */
const ITEM = ' | ';
const NOT_FINAL = 'not final';

/** The answers in one that must stay as they are: of a batch each item's, once it is final. */
export const lastingAnswers = (response: string): readonly (readonly [item: number, answer: string])[] =>
  [...response.split(ITEM).entries()].filter(([, answer]) => answer !== NOT_FINAL);

const finalAnswer = ({ response }: Responded): string =>
  decodeResponse(response).status === 202 ? NOT_FINAL : response;

/** Does such a request in a process. */
export function serveWork(
  ports: Ports,
  type: WorkType,
  key: ClaimKey,
  { merchantId, endpoint, delivery }: Target,
): ResultAsync<Responded, Failed> {
  const once = { key, requestId: 'first', payload: { key: key.key } };
  const use = workUnderKey(ports, terms);
  switch (type) {
    case 'test event':
      return use({
        ...once,
        respond: (sent: Readonly<{ id: string }>) => sent.id,
        work: (begun) => sendTestEvent(ports)({ merchantId, id: endpoint }, begun),
      });
    case 'replay':
      return use({
        ...once,
        respond: (replayed: Readonly<{ id: string }>) => replayed.id,
        work: (begun) => replayDelivery(ports)({ merchantId, id: delivery }, begun),
      });
    case 'replay of what failed':
      return use({
        ...once,
        respond: ({ replayed }: Readonly<{ replayed: number }>) => `${replayed} replayed`,
        work: (begun) => replayFailed(ports)({ merchantId, id: endpoint, since: NOON, begun }),
      });
    case 'batch': {
      const batch = processBatch(processPayment(ports, terms));
      const items = ['a', 'b'].map((item) => ({
        merchantId,
        idempotencyKey: `${key.key}-${item}`,
        amount: money(2_500n, 'USD'),
        paymentMethod: 'card',
        captureMethod: 'automatic' as const,
        origin,
      }));
      const respond = (results: readonly BatchResult[]) =>
        results.map((each) => each.map(finalAnswer).unwrapOr(NOT_FINAL)).join(ITEM);
      return use<readonly BatchResult[], never>({
        ...once,
        respond,
        work: () => batch(items),
        again: () => batch(items).map(respond),
      });
    }
  }
}
