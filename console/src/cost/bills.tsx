import { inWords } from '../parts/badge.tsx';
import type { CostEstimate } from './cost-queries.ts';
import { dollars, fineDollars } from './dollars.ts';
import { placeOf } from './how.tsx';

type Bill = Pick<CostEstimate, 'monthly_total' | 'yearly_total' | 'items'>;

const percent = (part: number): string => `${new Intl.NumberFormat('en').format(part * 100)} %`;

/** The same usage paid for in three ways, side by side, each item by item. */
export function Bills({ estimate }: Readonly<{ estimate: CostEstimate }>) {
  const { provisioned, aurora } = estimate;
  const from = aurora.cheaper_from_transactions_per_month;
  return (
    <ul className="grid grid-cols-1 gap-3 lg:grid-cols-3">
      <BillCard name="DynamoDB on demand" bill={estimate}>
        {`${fineDollars(estimate.per_transaction)} a payment`}
      </BillCard>
      <BillCard name="DynamoDB provisioned" bill={provisioned}>
        {`Costs less than requests once ${percent(provisioned.cheaper_from_utilisation)} of it is used`}
      </BillCard>
      <BillCard name="Aurora" bill={aurora}>
        {from === undefined
          ? 'Costs more than requests to DynamoDB, of any number'
          : `Costs less from ${new Intl.NumberFormat('en').format(from)} payments a month on`}
      </BillCard>
    </ul>
  );
}

type Props = Readonly<{ name: string; bill: Bill; children: string }>;

const BillCard = ({ name, bill: { monthly_total, yearly_total, items }, children }: Props) => (
  <li className="card flex flex-col gap-3 p-4">
    <div>
      <h3 className="font-medium text-quiet">{name}</h3>
      <p className="text-2xl leading-8 font-semibold tabular-nums">{dollars(monthly_total)}</p>
      <p className="text-quiet tabular-nums">a month, {dollars(yearly_total)} a year</p>
    </div>
    <dl className="flex flex-col gap-1 border-t border-line pt-3 text-[13px]">
      {Object.entries(items).map(([item, { monthly }]) => (
        <div key={item} className="flex justify-between gap-3">
          <dt className="text-quiet">{inWords(item)}</dt>
          <dd className="tabular-nums" title={fineDollars(monthly)}>
            <a href={`#${placeOf(item)}`} className="hover:underline">
              {dollars(monthly)}
            </a>
          </dd>
        </div>
      ))}
    </dl>
    <p className="mt-auto text-[13px] text-quiet">{children}</p>
  </li>
);
