import { useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, useId, useState } from 'react';
import { Dialog } from '../parts/dialog.tsx';
import { type Destination, destinationsOf } from './destinations.ts';
import { PAGES } from './pages.ts';
import { useSession } from './session-context.ts';

/** Goes to whatever is typed or pasted: a page, an id, a key, an email or a pair of metadata. */
export function Palette({ onClose }: Readonly<{ onClose: () => void }>) {
  const session = useSession();
  const navigate = useNavigate();
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const list = useId();
  const found = destinationsOf(
    typed,
    PAGES.filter(({ isFor }) => isFor(session)),
  );
  const go = (destination: Destination | undefined) => {
    if (destination === undefined) return;
    onClose();
    void navigate({ to: destination.to, search: destination.search ?? {} });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && found.length > 0) {
      event.preventDefault();
      setAt((at + step + found.length) % found.length);
    }
    if (event.key === 'Enter') {
      event.preventDefault();
      go(found[at]);
    }
  };
  return (
    <Dialog title="Go to" onClose={onClose}>
      <input
        role="combobox"
        aria-expanded
        aria-controls={list}
        aria-activedescendant={found.length === 0 ? undefined : `${list}-${at}`}
        aria-label="Page, id, key, email or name=value"
        placeholder="Page, id, key, email or name=value"
        data-first
        autoComplete="off"
        spellCheck={false}
        className="field"
        value={typed}
        onChange={({ target }) => {
          setTyped(target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <ul id={list} role="listbox" aria-label="Found" className="mt-3 flex min-h-40 flex-col gap-0.5">
        {found.map((destination, index) => (
          <li
            key={`${destination.to} ${destination.label}`}
            id={`${list}-${index}`}
            role="option"
            aria-selected={index === at}
            onClick={() => go(destination)}
            onMouseMove={() => setAt(index)}
            className="flex cursor-pointer items-center justify-between gap-3 rounded-md px-2.5 py-1.5 aria-selected:bg-accent-wash aria-selected:text-accent"
          >
            <span className="truncate">{destination.label}</span>
            <span className="shrink-0 text-xs text-quiet">{destination.hint}</span>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
