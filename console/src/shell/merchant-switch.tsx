import { useInfiniteQuery } from '@tanstack/react-query';
import { useLocation } from '@tanstack/react-router';
import { useId } from 'react';
import { chosenMerchant, consoleOf } from '../api/address.ts';
import { merchantList } from '../merchants/merchant-queries.ts';
import { useSession } from './session-context.ts';

/** Goes to the same page of another merchant, for administrators whose token names none; for others it is not there. */
export function MerchantSwitch() {
  const { isChooser } = useSession();
  return isChooser === true ? <Choice /> : null;
}

function Choice() {
  const field = useId();
  const { data } = useInfiniteQuery(merchantList);
  const section = useLocation({ select: ({ pathname }) => pathname.split('/')[1] ?? '' });
  const pages = data?.pages ?? [];
  const listed = pages.flatMap(({ items }) => items);
  const isListed = listed.some(({ id }) => id === chosenMerchant);
  const choose = (id: string) => {
    // Of a thing with an id the other merchant has none: its list is gone to.
    location.assign(`${consoleOf(id === '' ? undefined : id)}/${id === '' ? '' : section}`);
  };
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={field} className="text-xs text-quiet">
        Merchant
      </label>
      <select
        id={field}
        className="field w-full"
        value={chosenMerchant ?? ''}
        onChange={({ target }) => choose(target.value)}
      >
        <option value="">None</option>
        {chosenMerchant !== undefined && !isListed && <option>{chosenMerchant}</option>}
        {listed.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
      {pages.at(-1)?.has_more === true && (
        <p className="text-xs text-quiet">More of them are among the merchants.</p>
      )}
    </div>
  );
}
