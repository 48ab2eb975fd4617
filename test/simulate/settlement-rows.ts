import type { MerchantId } from '../../src/domain/kernel/ids.ts';
import type { Transaction } from '../../src/domain/payments/transaction.ts';
import { type NativeRow, rowAbout, rowOfType } from '../fixtures/files.ts';
import type { RowFault } from './files-plan.ts';
import { DISPUTE_FEE, type HeldDispute } from './issuer.ts';
import { MERCHANTS, type World } from './world.ts';

/** A row of a processor's file, and what it was made to be. */
export type MadeRow = Readonly<{ is: Exclude<RowFault, 'not named' | 'doubled'> | 'line'; cells: NativeRow }>;

/** A fee that the processor alone knows. */
const FEE_OF_FILE = 5n;

/**
 * What the processor's file says of all that it took of a merchant so far, with a fault for each transaction in turn; then the disputes that
 * it has, as far as they went, and lines of fees, which every file says again.
 */
export function rowsOf(
  world: World,
  merchantId: MerchantId,
  faults: readonly RowFault[],
  fees: number,
): readonly MadeRow[] {
  const own = taken(world, merchantId);
  const other = taken(world, MERCHANTS[merchantId === MERCHANTS[0] ? 1 : 0])[0];
  return [
    ...own.flatMap((each, index) => rowsAbout(each, faults[index % faults.length] ?? 'none', other)),
    ...world.issuer.disputes().flatMap((dispute) => {
      const capture = own.find(
        ({ type, paymentId }) => type === 'capture' && paymentId === dispute.paymentId,
      );
      return capture === undefined ? [] : rowsOfDispute(dispute, capture);
    }),
    ...Array.from(
      { length: fees },
      (_, index): MadeRow => ({
        is: 'line',
        cells: rowOfType('fee', { amount: '7', reference: `fee-${merchantId}-${index}` }),
      }),
    ),
  ];
}

/** A row of this source names a capture, of several the first. */
function rowsOfDispute({ name, amount, status }: HeldDispute, capture: Transaction): readonly MadeRow[] {
  const said = { reference: name, amount: String(amount.minorUnits) };
  const row = (type: string, fee: bigint): MadeRow => ({
    is: 'line',
    cells: rowAbout(capture, { ...said, type, fee: String(fee) }),
  });
  return [row('chargeback', DISPUTE_FEE), ...(status === 'won' ? [row('chargeback_reversal', 0n)] : [])];
}

/** This merchant, or the other where nothing was taken for this one. */
export function merchantWithRows(world: World, index: 0 | 1): MerchantId {
  const other = MERCHANTS[index === 0 ? 1 : 0];
  return taken(world, MERCHANTS[index]).length === 0 && taken(world, other).length > 0
    ? other
    : MERCHANTS[index];
}

/** Captures and refunds that were made, by ascending id. */
const taken = ({ store }: World, merchantId: MerchantId): readonly Transaction[] =>
  (store.paymentsOf.get(merchantId) ?? [])
    .flatMap(({ id }) => store.transactionsOf.get(id) ?? [])
    .filter(({ type, status }) => (type === 'capture' || type === 'refund') && isDone(status))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));

const isDone = (status: Transaction['status']): boolean => status === 'succeeded' || status === 'settled';

function rowsAbout(each: Transaction, fault: RowFault, other: Transaction | undefined): readonly MadeRow[] {
  const known = each.status === 'pending' ? undefined : each.fee;
  const cells = rowAbout(each, { fee: String(known ?? FEE_OF_FILE) });
  const unknown = { ...cells, transaction_id: `txn_${'0'.repeat(32)}` };
  switch (fault) {
    case 'not named':
      return [];
    case 'doubled':
      return [
        { is: 'none', cells },
        { is: 'none', cells },
      ];
    case 'missing here':
      return [{ is: fault, cells: unknown }];
    case 'foreign':
      return [{ is: fault, cells: other === undefined ? unknown : rowAbout(other) }];
    case 'amount':
      return [{ is: fault, cells: { ...cells, amount: '1' } }];
    case 'currency':
      return [{ is: fault, cells: { ...cells, currency: 'EUR' } }];
    case 'unreadable':
      return [{ is: fault, cells: { ...cells, amount: '1.000' } }];
    case 'fee':
      // Of a fee that is not known here a file says what it is.
      return known === undefined
        ? [{ is: 'none', cells }]
        : [{ is: fault, cells: { ...cells, fee: String(known + 1n) } }];
    case 'none':
      return [{ is: fault, cells }];
  }
}
