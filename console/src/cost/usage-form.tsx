import { getRouteApi } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import { textOf } from '../parts/form-text.ts';
import type { CostEstimate } from './cost-queries.ts';
import { costSearch } from './cost-search.ts';

const route = getRouteApi('/cost');

const NUMBERS = [
  ['transactions_per_month', 'Payments a month', 'numeric'],
  ['queries_per_transaction', 'Reads of each', 'decimal'],
  ['refunds_per_transaction', 'Refunds of each', 'decimal'],
  ['retention_days', 'Days kept', 'numeric'],
  ['regions', 'Regions with the table', 'numeric'],
  ['utilisation', 'Capacity used, %', 'numeric'],
] as const;

/** The usage, with the API's own numbers where none is given; a merchant's own payments are counted in their place. */
export function UsageForm({ estimate }: Readonly<{ estimate: CostEstimate }>) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const names = ['preset', 'region', 'merchant_id', ...NUMBERS.map(([name]) => name)];
    const { transactions_per_month, ...rest } = Object.fromEntries(
      names.map((name) => [name, textOf(form, name)]),
    );
    void navigate({
      search: costSearch.parse(
        rest['merchant_id'] === undefined ? { ...rest, transactions_per_month } : rest,
      ),
    });
  };
  return (
    <form
      key={JSON.stringify(search)}
      onSubmit={submit}
      aria-label="Usage"
      className="card grid grid-cols-1 items-end gap-3 p-4 min-[28rem]:grid-cols-2 lg:grid-cols-5"
    >
      {NUMBERS.map(([name, label, inputMode]) => (
        <label key={name} className="flex min-w-0 flex-col gap-1 text-xs font-medium">
          {label}
          <input
            name={name}
            inputMode={inputMode}
            pattern={inputMode === 'numeric' ? ' *[0-9]+ *' : ' *[0-9]+([.][0-9]+)? *'}
            title={inputMode === 'numeric' ? 'A whole number, as 30' : 'A number, as 0.5'}
            autoComplete="off"
            defaultValue={search[name] ?? usageOf(estimate)[name]}
            className="field text-sm font-normal tabular-nums"
          />
        </label>
      ))}
      <label className="flex min-w-0 flex-col gap-1 text-xs font-medium">
        Payments of merchant
        <input
          name="merchant_id"
          autoComplete="off"
          spellCheck={false}
          placeholder="Id, in place of a number"
          defaultValue={search.merchant_id}
          className="field text-sm font-normal"
        />
      </label>
      <label className="flex min-w-0 flex-col gap-1 text-xs font-medium">
        Prices of region
        <input
          name="region"
          autoComplete="off"
          spellCheck={false}
          defaultValue={search.region ?? estimate.region}
          className="field text-sm font-normal"
        />
      </label>
      <label className="flex min-w-0 flex-col gap-1 text-xs font-medium">
        By
        <select
          name="preset"
          defaultValue={search.preset ?? estimate.preset}
          className="field text-sm font-normal"
        >
          <option value="paywright">What was measured</option>
          <option value="classic-2024">The formula of 2024</option>
        </select>
      </label>
      <div className="flex items-center gap-3">
        <button type="submit" className="button button-main h-9">
          Estimate
        </button>
        <button
          type="button"
          className="h-9 font-medium text-accent hover:underline"
          onClick={() => void navigate({ search: {} })}
        >
          Reset
        </button>
      </div>
    </form>
  );
}

const usageOf = ({ usage }: CostEstimate) => ({
  ...usage,
  utilisation: Math.round(usage.utilisation * 100),
});
