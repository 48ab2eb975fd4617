import { type ApprovalEvent, busEventsOf, hashOfData } from '../../domain/approvals/approval-events.ts';
import type { AuditLogEntry } from '../../domain/approvals/audit-log.ts';
import { publishedRecord } from '../../domain/approvals/published-record.ts';
import {
  restoreVendorPayment,
  type VendorPaymentRecord,
} from '../../domain/approvals/vendor-payment-record.ts';
import { foldChain, type Sha256 } from '../../domain/kernel/audit-chain.ts';
import { parseId, timeDigits } from '../../domain/kernel/ids.ts';
import { canonicalJson, type JsonObject } from '../../domain/kernel/json.ts';
import { present } from '../../domain/kernel/present.ts';

/**
 * Whether a link of the payment's chain has caused the event: one of the bus tells what is published of the record as that link left it, one for
 * the queue the terms as the first did, at its moment and under an id that carries it. A link that says which events were
 * written with it has to say this one.
 */
export function isCaused(event: ApprovalEvent, links: readonly AuditLogEntry[], sha256: Sha256): boolean {
  const { type, created, data } = event;
  const cause = links.findIndex(({ timestamp, sequence }) =>
    type === 'ApprovalRequested'
      ? sequence === 1 && timestamp === created
      : timestamp === created && sequence === data['version'],
  );
  if (cause < 0 || parseId('evt', event.id)?.startsWith(`evt_${timeDigits(created)}`) !== true) return false;
  const sealed = links[cause]?.written?.events;
  if (sealed?.some(({ id, hash }) => id === event.id && hash === hashOfData(event, sha256)) === false)
    return false;
  const record = foldChain(links.slice(0, cause + 1));
  if (type === 'ApprovalRequested') return isMessageOf(data, record);
  const payment = paymentIn(record);
  if (canonicalJson(data) !== canonicalJson(publishedRecord(payment))) return false;
  const before = cause === 0 ? undefined : paymentIn(foldChain(links.slice(0, cause)));
  return busEventsOf(before, payment).includes(type);
}

const paymentIn = (record: JsonObject) => restoreVendorPayment(record as unknown as VendorPaymentRecord, '');

/** Details of the work and the priority are in no record. */
function isMessageOf(data: JsonObject, record: JsonObject): boolean {
  const { body, attributes, ...rest } = data;
  const { workDetails: _, ...terms } = body as JsonObject;
  const { priority, ...names } = attributes as JsonObject;
  const { paymentId, incidentId, vendorId, amountCents, dueDate, createdAt } = record;
  const known = { paymentId, incidentId, vendorId, amountCents, ...present({ dueDate }), createdAt };
  return (
    Object.keys(rest).length === 0 &&
    canonicalJson(terms) === canonicalJson(known as JsonObject) &&
    canonicalJson(names) === canonicalJson({ paymentId, incidentId }) &&
    (priority === 'high' || priority === 'normal')
  );
}
