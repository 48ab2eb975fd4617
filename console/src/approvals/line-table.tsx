import { money } from '../parts/money.ts';
import type { VendorPayment } from './approval-queries.ts';
import { compareLines, type LineChange, type Terms } from './terms-diff.ts';

const MARKS = {
  same: { word: '', row: '' },
  changed: { word: 'Changed', row: 'bg-warn-wash text-warn' },
  added: { word: 'Added', row: 'bg-good-wash text-good' },
  removed: { word: 'Removed', row: 'bg-bad-wash text-bad line-through' },
};

const HEAD = 'h-8 px-3 text-left text-xs font-medium text-quiet';

/** The lines that are to be paid, and, where they were others, what has become of each. */
export function LineTable({
  payment,
  before,
}: Readonly<{ payment: VendorPayment; before?: Terms | undefined }>) {
  const changes = compareLines(before?.lineItems ?? payment.lineItems, payment.lineItems);
  return (
    <div className="card relative overflow-x-auto" tabIndex={0} role="region" aria-label="Line items">
      <table className="w-full border-collapse tabular-nums">
        <caption className="sr-only">Line items</caption>
        <thead className="border-b border-line bg-rail">
          <tr>
            <th scope="col" className={HEAD}>
              Line
            </th>
            <th scope="col" className={`${HEAD} text-right max-sm:hidden`}>
              Quantity
            </th>
            <th scope="col" className={`${HEAD} text-right max-sm:hidden`}>
              Each
            </th>
            <th scope="col" className={`${HEAD} text-right`}>
              Total
            </th>
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {changes.map((change) => (
            <Row
              key={`${change.is?.lineItemId}${change.was?.lineItemId}`}
              change={change}
              currency={payment.currency}
            />
          ))}
        </tbody>
        <tfoot className="border-t border-line font-semibold">
          <tr>
            <th scope="row" className="h-10 px-3 text-left">
              Total
            </th>
            <td colSpan={2} className="max-sm:hidden" />
            <td className="px-3 py-1.5 text-right">
              <Was value={before?.amountCents} is={payment.amountCents} currency={payment.currency} />
              <span className="inline-block whitespace-nowrap">
                {money(payment.amountCents, payment.currency)}
              </span>
            </td>
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

type WasProps = Readonly<{ value: number | undefined; is: number | undefined; currency?: string }>;

/** What there was in the place of what is, where that was another. */
function Was({ value, is, currency }: WasProps) {
  if (value === undefined || is === undefined || value === is) return null;
  return (
    <>
      <span className="sr-only">was </span>
      <s className="mr-2 inline-block font-normal text-quiet">
        {currency === undefined ? value : money(value, currency)}
      </s>
      <span className="sr-only">is now </span>
    </>
  );
}

function Row({ change: { change, was, is }, currency }: Readonly<{ change: LineChange; currency: string }>) {
  const line = is ?? was;
  if (line === undefined) return null;
  const { word, row } = MARKS[change];
  const cell = 'h-10 px-3 text-right whitespace-nowrap';
  const quantity = (
    <>
      <Was value={was?.quantity} is={is?.quantity} />
      {line.quantity}
    </>
  );
  const each = (
    <>
      <Was value={was?.unitPriceCents} is={is?.unitPriceCents} currency={currency} />
      {money(line.unitPriceCents, currency)}
    </>
  );
  return (
    <tr className={row}>
      <th scope="row" className="h-10 min-w-32 px-3 py-1.5 text-left font-normal">
        {word !== '' && <span className="mr-2 text-xs font-semibold">{word}</span>}
        {line.description}
        <span className="block text-quiet sm:hidden">
          {quantity} × {each}
        </span>
      </th>
      <td className={`${cell} max-sm:hidden`}>{quantity}</td>
      <td className={`${cell} max-sm:hidden`}>{each}</td>
      <td className={cell}>{money(line.totalCents, currency)}</td>
    </tr>
  );
}
