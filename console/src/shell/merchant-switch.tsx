import { useInfiniteQuery } from '@tanstack/react-query';
import { useLocation } from '@tanstack/react-router';
import { type FormEvent, useId, useState } from 'react';
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
  const [id, setId] = useState(chosenMerchant ?? '');
  const go = (event: FormEvent) => {
    event.preventDefault();
    // Of a thing with an id the other merchant has none: its list is gone to.
    location.assign(`${consoleOf(id === '' ? undefined : id)}/${id === '' ? '' : section}`);
  };
  return (
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
          onChange={({ target }) => setId(target.value)}
        >
          <option value="">None</option>
          {chosenMerchant !== undefined && !isListed && <option>{chosenMerchant}</option>}
          {listed.map((each) => (
            <option key={each.id} value={each.id}>
              {each.name}
            </option>
          ))}
        </select>
        <button type="submit" className="button h-9">
          Go
        </button>
      </div>
      {pages.at(-1)?.has_more === true && (
        <p className="text-xs text-quiet">More of them are among the merchants.</p>
      )}
    </form>
  );
}
