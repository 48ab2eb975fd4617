import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { Empty } from '../parts/answers.tsx';
import { count } from '../parts/count.ts';
import { List } from '../parts/list.tsx';
import { Page } from '../parts/page.tsx';
import { useShortcuts } from '../parts/shortcuts.ts';
import { useSteadyList } from '../parts/steady-list.ts';
import { BatchDialog } from './batch-dialog.tsx';
import { ExceptionFilters } from './exception-filters.tsx';
import { exceptionList } from './exception-queries.ts';
import { ExceptionTable } from './exception-table.tsx';
import { inQuestion } from './in-question.ts';

const route = getRouteApi('/exceptions');

/** How many the API decides about at once. */
const MOST_AT_ONCE = 100;

export function ExceptionsPage() {
  const search = route.useSearch();
  const list = useSteadyList(useInfiniteQuery(exceptionList(search)), JSON.stringify(search));
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [isAsked, setAsked] = useState(false);
  const exceptions = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const open = exceptions.filter(({ status }) => status === 'open').slice(0, MOST_AT_ONCE);
  const picked = open.filter(({ id }) => chosen.has(id));
  const choose = (id: string) => setChosen((was) => was.symmetricDifference(new Set([id])));
  useShortcuts({
    x: () => {
      const id = document.activeElement?.getAttribute('data-row');
      if (open.some((each) => each.id === id)) choose(id ?? '');
    },
  });
  return (
    <Page title="Exceptions">
      <ExceptionFilters />
      <div
        role="group"
        aria-label="Several at once"
        className="flex min-h-8 flex-wrap items-center gap-x-4 gap-y-2 text-quiet"
      >
        <label className="flex items-center gap-2">
          <input
            type="checkbox"
            className="size-4"
            disabled={open.length === 0}
            checked={open.length > 0 && picked.length === open.length}
            onChange={({ target }) => setChosen(new Set(target.checked ? open.map(({ id }) => id) : []))}
          />
          All open ones shown{open.length === MOST_AT_ONCE && `, ${MOST_AT_ONCE} at once`}
        </label>
        <p role="status">
          {picked.length > 0 && `${count(picked.length)} chosen, ${inQuestion(picked)} in question`}
        </p>
        {picked.length > 0 && (
          <button type="button" className="button" onClick={() => setAsked(true)}>
            Decide about {count(picked.length)}…
          </button>
        )}
      </div>
      <List
        list={list}
        name="exceptions"
        empty={
          <Empty title="No exception matches these filters">
            What does not fit between the files of processors and the books here shows up in this list.
          </Empty>
        }
      >
        {(rows) => <ExceptionTable exceptions={rows} chosen={chosen} onChoose={choose} />}
      </List>
      {isAsked && (
        <BatchDialog
          exceptions={picked}
          onClose={() => {
            setAsked(false);
            setChosen(new Set());
          }}
        />
      )}
    </Page>
  );
}
