import { ok } from 'neverthrow';
import { verifyApprovals } from '../../src/application/approvals/verify-approvals.ts';
import { isBusEvent } from '../../src/domain/approvals/approval-events.ts';
import { isLive, type VendorPayment } from '../../src/domain/approvals/vendor-payment.ts';
import { commonPorts } from './outside.ts';
import { reviewFaults } from './reviews-ending.ts';
import type { World } from './world.ts';

/** All that is wrong with vendors' payments when everything has come to rest. */
export async function approvalsFaults(world: World): Promise<readonly string[]> {
  const { store, books } = world.approvals;
  const payments = store.sorted;
  const known = new Set<string>(payments.map(({ id }) => id));
  const live = Map.groupBy(
    payments.filter(isLive),
    ({ incidentId, vendorId }) => `${incidentId} ${vendorId}`,
  );
  return [
    ...payments.flatMap((payment) => payoutFaults(world, payment)),
    ...books
      .paid()
      .filter(({ reference }) => !known.has(reference))
      .map(({ reference }) => `the bank paid ${reference}, which is not on record here`),
    ...[...live].flatMap(([name, same]) =>
      same.length > 1 ? [`${same.length} live payments of ${name}`] : [],
    ),
    ...eventFaults(world),
    ...reviewFaults(world.approvals),
    ...(await integrityFaults(world)),
  ];
}

/** It was paid once where it is completed, and never else; and those who approved it are as many as must, and no makers. */
function payoutFaults({ approvals: { books } }: World, payment: VendorPayment): readonly string[] {
  const { id, status, vendorId, amount, makers } = payment;
  const paid = books.paid().filter(({ reference }) => reference === id);
  const isRight = paid.every((each) => each.vendorId === vendorId && each.cents === amount.minorUnits);
  const approvers = payment.approvals.map(({ by }) => by);
  const needed = amount.minorUnits > 500_000n ? 2 : 1;
  return [
    ...(paid.length === (status === 'completed' ? 1 : 0)
      ? []
      : [`${id} is ${status}, and was paid ${paid.length} times`]),
    ...(isRight ? [] : [`something else was paid under ${id}`]),
    ...(new Set(approvers).size === approvers.length ? [] : [`an approver of ${id} counts twice`]),
    ...(approvers.some((by) => makers.includes(by)) ? [`a maker approved ${id}`] : []),
    ...(paid.length > 0 && approvers.length < needed
      ? [`${id} was paid with ${approvers.length} approvals`]
      : []),
  ];
}

/** Each event reached the queue or the bus, and was noted as sent. */
function eventFaults({ approvals: { events, store } }: World): readonly string[] {
  return events.flatMap((event) => {
    const { id, type, paymentId } = event;
    const reached = isBusEvent(event) ? store.published.has(id) : store.messages.has(id);
    return [
      ...(reached ? [] : [`${type} ${id} never left`]),
      ...(store.sentEvents.has(`${paymentId} ${id}`) ? [] : [`${type} ${id} is not noted as sent`]),
    ];
  });
}

/** What `paywright verify` says. */
async function integrityFaults({ approvals: { storage }, loop }: World): Promise<readonly string[]> {
  const ports = { ...storage, digests: commonPorts.digests, clock: { now: loop.now } };
  const found: string[] = [];
  const verified = await verifyApprovals(ports)(
    () => {},
    undefined,
    (finding) => {
      found.push(`verify approvals: ${JSON.stringify(finding)}`);
      return ok(undefined);
    },
  );
  return verified.match(
    () => found,
    (failure) => [...found, `verify approvals ended with ${JSON.stringify(failure)}`],
  );
}
