import { type ReactNode, useEffect, useRef } from 'react';

/** Where the rows are that the amounts of a settlement are made of. */
export const ROWS = 'settlement-rows';
/** Where the exceptions of those are that did not match. */
export const EXCEPTIONS = 'settlement-exceptions';

type Place = typeof ROWS | typeof EXCEPTIONS;

/** A part of the page that addresses lead to by its name, from another page too: it is there only after the settlement. */
export function Place({ name, children }: Readonly<{ name: Place; children: ReactNode }>) {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (window.location.hash === `#${name}`) element.current?.focus();
  }, [name]);
  return (
    <div id={name} ref={element} tabIndex={-1} className="scroll-mt-16 outline-none">
      {children}
    </div>
  );
}

type ToPlaceProps = Readonly<{ name: Place; isEmpty: boolean; children: ReactNode }>;

/** A number that leads to a part of its own page; where nothing is there, the number alone. */
export const ToPlace = ({ name, isEmpty, children }: ToPlaceProps) =>
  isEmpty ? (
    children
  ) : (
    <a href={`#${name}`} className="rounded underline decoration-1 underline-offset-4 hover:decoration-2">
      {children}
    </a>
  );
