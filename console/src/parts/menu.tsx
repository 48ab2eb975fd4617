import { type ReactNode, useRef } from 'react';
import { useOpen } from './open.ts';

type Props = Readonly<{
  name: string;
  icon?: ReactNode;
  children: (close: () => void) => ReactNode;
}>;

/** A button with a small panel below it, or in a narrow window below its row; it closes by Escape and by whatever is done elsewhere. */
export function Menu({ name, icon, children }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const { isOpen, setOpen, close, onKeyDown } = useOpen(box, opener);
  return (
    <div ref={box} className="sm:relative" onKeyDown={onKeyDown}>
      <button
        ref={opener}
        type="button"
        aria-expanded={isOpen}
        className="button"
        onClick={() => setOpen(!isOpen)}
      >
        {icon}
        {name}
      </button>
      {isOpen && (
        <div
          role="group"
          aria-label={name}
          className="card absolute top-full z-20 mt-1 w-64 p-3 shadow-lg max-sm:inset-x-0 max-sm:w-auto sm:right-0"
        >
          {children(close)}
        </div>
      )}
    </div>
  );
}
