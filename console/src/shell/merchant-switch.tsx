import { useInfiniteQuery } from '@tanstack/react-query';
import { useLocation } from '@tanstack/react-router';
import { type FormEvent, useId, useState } from 'react';
import { chosenMerchant, consoleOf } from '../api/address.ts';
import { foundMerchants } from '../merchants/found-merchants.ts';
import { merchantList } from '../merchants/merchant-queries.ts';
import { Failure } from '../parts/answers.tsx';
import { textOf } from '../parts/form-text.ts';
import { useSession } from './session-context.ts';

/** Goes to the same page of another merchant, for administrators whose token names none; for others it is not there. */
export function MerchantSwitch() {
  const { isChooser } = useSession();
  return isChooser === true ? <Choice /> : null;
}

function Choice() {
  const field = useId();
  const { data } = useInfiniteQuery(merchantList);
  const [sought, setSought] = useState('');
  const search = useInfiniteQuery(foundMerchants(sought));
  const section = useLocation({ select: ({ pathname }) => pathname.split('/')[1] ?? '' });
  const pages = data?.pages ?? [];
  const listed = pages.flatMap(({ items }) => items);
  const found = search.data?.pages.flatMap(({ items }) => items) ?? [];
  const shown = sought === '' ? listed : found;
  const [picked, setPicked] = useState(chosenMerchant ?? '');
  // Of what was found the first stands there, until another is picked.
  const id = sought === '' || found.some((each) => each.id === picked) ? picked : (found[0]?.id ?? '');
  const isListed = shown.some((each) => each.id === id);
  const go = (event: FormEvent) => {
    event.preventDefault();
    // Of a thing with an id the other merchant has none: its list is gone to.
    location.assign(`${consoleOf(id === '' ? undefined : id)}/${id === '' ? '' : section}`);
  };
  return (
    <div className="flex flex-col gap-2">
      {(pages.at(-1)?.has_more === true || sought !== '') && <Search onSearch={setSought} />}
      {sought !== '' && <Outcome sought={sought} count={found.length} search={search} />}
      <form onSubmit={go} className="flex flex-col gap-1.5">
        <label htmlFor={field} className="text-xs text-quiet">
          Merchant
        </label>
        {/* Arrow keys go through the merchants of a closed list, and only the button goes to one. */}
        <div className="flex gap-2">
          <select
            id={field}
            className="field min-w-0 flex-1"
            value={id}
            onChange={({ target }) => setPicked(target.value)}
          >
            <option value="">None</option>
            {id !== '' && !isListed && <option>{id}</option>}
            {shown.map((each) => (
              <option key={each.id} value={each.id}>
                {each.name}
              </option>
            ))}
          </select>
          <button type="submit" className="button h-9">
            Go
          </button>
        </div>
      </form>
    </div>
  );
}

/** Looks among all of them for what is written, once it is sent; emptied, the first ones are shown again. */
function Search({ onSearch }: Readonly<{ onSearch: (text: string) => void }>) {
  const field = useId();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onSearch(textOf(new FormData(event.currentTarget), 'merchant') ?? '');
  };
  return (
    <form role="search" aria-label="Merchants" onSubmit={submit} className="flex flex-col gap-1.5">
      <label htmlFor={field} className="text-xs text-quiet">
        Find a merchant by id or name
      </label>
      <div className="flex gap-2">
        <input
          id={field}
          name="merchant"
          type="search"
          maxLength={200}
          autoComplete="off"
          spellCheck={false}
          className="field min-w-0 flex-1"
        />
        <button type="submit" className="button h-9">
          Find
        </button>
      </div>
    </form>
  );
}

type Sought = Readonly<{
  sought: string;
  count: number;
  search: Readonly<{
    isFetching: boolean;
    error: unknown;
    hasNextPage: boolean;
    fetchNextPage: () => Promise<unknown>;
    refetch: () => Promise<unknown>;
  }>;
}>;

/** How many were found so far, and whether there are merchants that were not looked at. */
function Outcome({ sought, count, search }: Sought) {
  const { isFetching, error, hasNextPage } = search;
  if (error !== null) return <Failure error={error} retry={() => void search.refetch()} />;
  const few = count === 0 ? 'None begins' : count === 1 ? 'One begins' : `${count} begin`;
  return (
    <>
      <p role="status" className="text-xs break-words text-quiet">
        {isFetching ? 'Looking…' : `${few} with “${sought}”${hasNextPage ? ' so far.' : '.'}`}
      </p>
      {hasNextPage && (
        <button
          type="button"
          aria-disabled={isFetching}
          className="button h-7 self-start text-xs"
          onClick={() => {
            if (!isFetching) void search.fetchNextPage();
          }}
        >
          Look further
        </button>
      )}
    </>
  );
}
