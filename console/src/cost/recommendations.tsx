import type { CostEstimate } from './cost-queries.ts';
import { dollars } from './dollars.ts';

/** What would cost less, the largest saving first as the API ranks it, and when each is the wrong thing to do. */
export function Recommendations({ of }: Readonly<{ of: CostEstimate['recommendations'] }>) {
  if (of.length === 0) return <p className="text-quiet">Nothing that is known here would cost less.</p>;
  return (
    <ol className="card divide-y divide-line">
      {of.map(({ action, monthly_saving, yearly_saving, says, wrong_when }) => (
        <li
          key={action}
          className="grid grid-cols-1 gap-x-6 gap-y-2 px-4 py-3 sm:grid-cols-[9rem_minmax(0,1fr)]"
        >
          <div>
            <p className="font-semibold text-good tabular-nums">{dollars(monthly_saving)}</p>
            <p className="text-[13px] text-quiet tabular-nums">
              saved a month, {dollars(yearly_saving)} a year
            </p>
          </div>
          <div className="flex flex-col gap-1">
            <p>{says}</p>
            <p className="text-quiet">
              <span className="font-medium text-warn">Wrong when</span> {wrong_when}
            </p>
          </div>
        </li>
      ))}
    </ol>
  );
}
