import { err, ok, type Result } from 'neverthrow';
import { type Instant, rfc3339 } from '../kernel/instant.ts';
import type { JsonObject } from '../kernel/json.ts';
import type { IncidentId, LineItemId, VendorId } from './ids.ts';
import { isDescription, type LineItemDraft } from './line-item.ts';
import type { TermsRefused, VendorPaymentOrder } from './vendor-payment-order.ts';

/** A vendor has done its work, as an event bus posts it. Prices are cents. */
export type WorkCompleted = Readonly<{
  /** Stable: a repeated event has it again. */
  eventId: string;
  source: string;
  incidentId: IncidentId;
  vendorId: VendorId;
  completedAt: Instant;
  workDetails: WorkDetails;
  basePriceCents: bigint;
  mileageChargeCents: bigint;
  additionalCharges: readonly Readonly<{ description: string; amountCents: bigint }>[];
}>;

/** `duration` in whatever unit the source counts; it is only passed on. */
export type WorkDetails = Readonly<{
  notes?: string;
  photos: readonly string[];
  serviceType: string;
  duration: number;
}>;

/** The event as it is can never be taken; `path` names the field, as it is called in the envelope. */
export type EventMalformed = Readonly<{ kind: 'EventMalformed'; path: string; reason: string }>;

/** What is to be paid for the work: a line for each price, in their order in the event. `newLineId` gives each its id. */
export function orderFor(
  work: WorkCompleted,
  newLineId: () => LineItemId,
): Result<VendorPaymentOrder, EventMalformed> {
  const { serviceType, duration, photos } = work.workDetails;
  const base = `${serviceType} - Base Service`;
  if (!isDescription(base))
    return malformed('detail.workDetails.serviceType', 'too long for the description of a line');
  const lines = [
    { description: base, amountCents: work.basePriceCents },
    { description: 'Mileage Charge', amountCents: work.mileageChargeCents },
    ...work.additionalCharges,
  ];
  return ok({
    incidentId: work.incidentId,
    vendorId: work.vendorId,
    payerType: 'back_office',
    amountCents: lines.reduce((sum, { amountCents }) => sum + amountCents, 0n),
    lineItems: lines.map(
      ({ description, amountCents }): LineItemDraft => ({
        id: newLineId(),
        description,
        quantity: 1,
        unitPriceCents: amountCents,
      }),
    ),
    metadata: {
      workCompletedAt: rfc3339(work.completedAt),
      serviceType,
      duration,
      photoCount: photos.length,
    },
  });
}

/** Which field of the event is to blame for an order that is refused. */
export function blame(refused: TermsRefused): EventMalformed {
  switch (refused.kind) {
    case 'LineItemInvalid':
      return blameLine(refused.index, refused.field);
    case 'TooManyLineItems':
      return fault('detail.pricing.additionalCharges', `at most ${refused.most - 2}`);
    case 'AmountTooLarge':
      return fault('detail.pricing', 'comes to more than a number holds exactly');
    case 'AmountNotPositive':
      return fault('detail.pricing', 'comes to nothing');
    case 'MetadataTooLarge':
      return fault('detail.workDetails', 'too large');
    case 'LineItemsMissing':
    case 'AmountMismatch':
      throw new Error(`an order made of an event was refused: ${refused.kind}`);
  }
}

/** What approvers see of the work. */
export const workDetailsOf = ({ workDetails }: WorkCompleted): JsonObject => workDetails;

function blameLine(index: number, field: string): EventMalformed {
  const reason = field === 'description' ? 'not 1 to 255 characters' : 'not a price';
  if (index === 0) return fault('detail.pricing.basePrice', reason);
  if (index === 1) return fault('detail.pricing.mileageCharge', reason);
  const name = field === 'description' ? 'description' : 'amount';
  return fault(`detail.pricing.additionalCharges[${index - 2}].${name}`, reason);
}

const fault = (path: string, reason: string): EventMalformed => ({ kind: 'EventMalformed', path, reason });
const malformed = (path: string, reason: string) => err<never, EventMalformed>(fault(path, reason));
