import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, useId, useState } from 'react';
import { Failure } from '../parts/answers.tsx';
import { Time } from '../parts/clock.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { type Destination, pagesNamed } from './destinations.ts';
import { pagesFor } from './pages.ts';
import { find } from './search-results.ts';
import { useSession } from './session-context.ts';

const MOST_LETTERS = 542;
const LABEL = 'Page, id, key, email, amount or name=value';

/**
 * Goes to whatever is typed or pasted. Pages are found while it is typed; all else by one search when Enter is pressed, whose only
 * result is gone to and whose several are shown.
 */
export function Palette({ onClose }: Readonly<{ onClose: () => void }>) {
  const session = useSession();
  const navigate = useNavigate();
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const list = useId();
  const go = (destination: Destination) => {
    onClose();
    void navigate({ to: destination.to, search: destination.search ?? {} });
  };
  const search = useMutation({
    mutationFn: find,
    onSuccess({ destinations }) {
      setAt(0);
      const [only] = destinations;
      if (only !== undefined && destinations.length === 1) go(only);
    },
  });
  const text = typed.trim();
  const pages = pagesNamed(text, pagesFor(session));
  const searching: Destination = { label: text, hint: search.isPending ? 'Searching…' : 'Search', to: '' };
  const maySearch = session.merchant_id !== undefined && text !== '';
  const found = search.data?.destinations;
  const options = found ?? [...pages, ...(maySearch ? [searching] : [])];
  const choose = (option: Destination | undefined) => {
    if (option === undefined || search.isPending) return;
    if (option === searching) search.mutate(text);
    else go(option);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && options.length > 0) {
      event.preventDefault();
      setAt((at + step + options.length) % options.length);
    }
    if (event.key === 'Enter') {
      event.preventDefault();
      choose(options[at]);
    }
  };
  return (
    <Dialog title="Go to" onClose={onClose}>
      <input
        role="combobox"
        aria-expanded
        aria-controls={list}
        aria-activedescendant={options.length === 0 ? undefined : `${list}-${at}`}
        aria-label={LABEL}
        placeholder={LABEL}
        data-first
        autoComplete="off"
        spellCheck={false}
        maxLength={MOST_LETTERS}
        className="field"
        value={typed}
        onChange={({ target }) => {
          setTyped(target.value);
          setAt(0);
          search.reset();
        }}
        onKeyDown={onKeyDown}
      />
      <div role="status" className="mt-3 text-quiet empty:hidden">
        {found?.length === 0 && 'Nothing of this merchant is named so.'}
        {search.data?.amountsSince !== undefined && (
          <p>
            Amounts since <Time at={search.data.amountsSince} />.
          </p>
        )}
      </div>
      {search.error !== null && (
        <div className="mt-3">
          <Failure error={search.error} />
        </div>
      )}
      <ul id={list} role="listbox" aria-label="Found" className="mt-3 flex min-h-40 flex-col gap-0.5">
        {options.map((option, index) => (
          <li
            key={`${option.to} ${option.label}`}
            id={`${list}-${index}`}
            role="option"
            aria-selected={index === at}
            onClick={() => choose(option)}
            onMouseMove={() => setAt(index)}
            className="flex cursor-pointer items-center justify-between gap-3 rounded-md px-2.5 py-1.5 aria-selected:bg-accent-wash aria-selected:text-accent"
          >
            <span className="truncate">{option.label}</span>
            <span className="shrink-0 text-xs text-quiet">{option.hint}</span>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
