import type { Dispute } from '../../src/domain/disputes/dispute.ts';
import type { StatementLine } from '../../src/domain/files/statement-line.ts';
import { DISPUTE_FEE, type HeldDispute, isOpen } from './issuer.ts';
import { storedOf } from './stored-of.ts';
import type { World } from './world.ts';

/** What is wrong with disputes when everything has come to rest: each is on record as the processor has it, and its money once. */
export function disputeFaults(world: World): readonly string[] {
  const held = world.issuer.disputes();
  const names = new Set(held.map(({ name }) => name));
  const disputes = storedOf(world, 'dispute');
  const lines = Map.groupBy(storedOf(world, 'statement_line'), ({ reference }) => reference);
  const known = Map.groupBy(disputes, ({ processorId }) => processorId);
  return [
    ...held.flatMap((dispute) => [
      ...caseFaults(world, dispute, known.get(dispute.name) ?? []),
      ...lineFaults(dispute, lines.get(dispute.name) ?? []),
    ]),
    ...disputes
      .filter(({ processorId }) => !names.has(processorId))
      .map(({ id, processorId }) => `${id} is of ${processorId}, which the processor does not have`),
  ];
}

const DECIDED: readonly unknown[] = ['won', 'lost', 'accepted'];

function caseFaults({ events }: World, held: HeldDispute, known: readonly Dispute[]): readonly string[] {
  const [dispute, ...others] = known;
  if (dispute === undefined || others.length > 0) return [`${held.name} is on record ${known.length} times`];
  const { id, merchantId, paymentId, status, amount, version, acceptRequestedAt } = dispute;
  const told = events.filter(({ type, data }) => type.startsWith('dispute.') && data['id'] === id);
  const closed = told.filter(({ type }) => type === 'dispute.closed').length;
  // One that was read only once it was decided is told of as it is.
  const wasOpen = told.some(
    ({ type, data }) => type === 'dispute.created' && !DECIDED.includes(data['status']),
  );
  const isAccepted =
    held.status === 'accepted' || (held.status === 'lost' && acceptRequestedAt !== undefined);
  return [
    ...(status === (isAccepted ? 'accepted' : held.status)
      ? []
      : [`${held.name} is ${status}, and at the processor ${held.status}`]),
    ...(isOpen(held) && acceptRequestedAt !== undefined ? [`the acceptance of ${held.name} is left`] : []),
    ...(merchantId === held.merchantId && paymentId === held.paymentId
      ? []
      : [`${held.name} is of ${paymentId}`]),
    ...(amount.minorUnits === held.amount.minorUnits ? [] : [`${held.name} is of ${amount.minorUnits}`]),
    ...(told.length === version ? [] : [`${told.length} events of ${version} versions of ${held.name}`]),
    ...(closed === (wasOpen && !isOpen(held) ? 1 : 0) ? [] : [`${held.name} was closed ${closed} times`]),
  ];
}

/** What was taken has one line, and what came back another. */
function lineFaults(held: HeldDispute, lines: readonly StatementLine[]): readonly string[] {
  const due = lineTexts(held);
  const found = lines.map(({ type, amount, fee = 0n }) => `${type} ${amount.minorUnits} ${fee}`);
  return found.toSorted().join() === due.toSorted().join()
    ? []
    : [`lines of ${held.name} are ${found.join()} where ${due.join()} are due`];
}

const lineTexts = ({ amount: { minorUnits }, status }: HeldDispute): readonly string[] => [
  `chargeback ${minorUnits} ${DISPUTE_FEE}`,
  ...(status === 'won' ? [`chargeback_reversal ${minorUnits} 0`] : []),
];

/** The entries that lines of disputes must have led to, with the merchant of each. */
export function entriesOfDisputes(world: World): readonly Readonly<{ merchantId: string; text: string }>[] {
  const held = new Map(world.issuer.disputes().map((each) => [each.name, each]));
  return storedOf(world, 'statement_line').flatMap(({ id, type, reference, merchantId, exceptionId }) => {
    const dispute = held.get(reference);
    if (dispute === undefined || exceptionId !== undefined) return [];
    const fee = type === 'chargeback' ? [`${id} fee ${DISPUTE_FEE}`] : [];
    return [`${id} ${type} ${dispute.amount.minorUnits}`, ...fee].map((text) => ({ merchantId, text }));
  });
}
