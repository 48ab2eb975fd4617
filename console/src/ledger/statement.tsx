import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { PaywrightProblem } from '../../../client/src/client.ts';
import { Empty } from '../parts/answers.tsx';
import { useZone } from '../parts/clock.tsx';
import { List } from '../parts/list.tsx';
import { useNow } from '../parts/now.ts';
import { chosenDays, dayOf, timeOf } from './days.ts';
import { statementQuery } from './ledger-queries.ts';
import type { Account } from './ledger-search.ts';
import { StatementForm } from './statement-form.tsx';
import { LINES, StatementSums } from './statement-sums.tsx';
import { StatementTable } from './statement-table.tsx';

const route = getRouteApi('/ledger');

const ABOUT: Readonly<Record<Account, string>> = {
  available: 'What can be spent.',
  pending: 'What refunds under way hold.',
  processor: 'What the processor has and did not pay out yet: a debit, so below zero.',
  fees: 'What the processor kept.',
  transfers: 'What went to other merchants, less what came from them.',
  bank: 'What the processor paid out to the bank: a debit, so below zero.',
  differences: 'What was accepted as more, or below zero as less, than was on record.',
};

/** What an account had at the beginning and at the end of some days, and each entry between. */
export function Statement({ currency }: Readonly<{ currency: string }>) {
  const search = route.useSearch();
  const { account = 'available' } = search;
  const zone = useZone();
  const today = dayOf(useNow(), zone);
  const days = chosenDays(search, today);
  const list = useInfiniteQuery(statementQuery({ currency, account, ...timeOf(days, zone) }));
  const [sums] = list.data?.pages ?? [];
  return (
    <>
      <StatementForm account={account} days={days} />
      <p className="text-quiet">{ABOUT[account]} Balances are credits less debits.</p>
      {sums !== undefined && <StatementSums of={sums} days={days} today={today} search={search} />}
      {sums === undefined && isTooLarge(list.error) ? (
        <div role="alert" className="card">
          <Empty title="There are too many entries for one statement">
            A statement goes through every entry in {currency} from its first day until now, 10,000 at most.
            Choose a later day in From; an export of ledger entries has any number.
          </Empty>
        </div>
      ) : (
        <div id={LINES} tabIndex={-1} className="flex scroll-mt-4 flex-col gap-3">
          <List
            list={list}
            name="the statement"
            empty={<Empty title="Nothing changed the account on these days" />}
          >
            {(lines) => <StatementTable lines={lines} currency={currency} />}
          </List>
        </div>
      )}
    </>
  );
}

const isTooLarge = (error: unknown): boolean =>
  error instanceof PaywrightProblem && error.code === 'statement_too_large';
