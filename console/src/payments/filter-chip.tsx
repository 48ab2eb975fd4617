import { CirclePlus, X } from 'lucide-react';
import { type ReactNode, useRef } from 'react';
import { useOpen } from '../parts/open.ts';

type Props = Readonly<{
  name: string;
  value: string | undefined;
  onClear: () => void;
  /** The form below the chip; without one the chip is taken away only. */
  children?: (close: () => void) => ReactNode;
}>;

export function FilterChip({ name, value, onClear, children }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const { isOpen, setOpen, close, onKeyDown } = useOpen(box, opener);
  const isSet = value !== undefined;
  const clear = () => {
    // The button goes, and a chip without a form with it: the next one is there.
    (opener.current ?? box.current?.nextElementSibling?.querySelector('button'))?.focus();
    onClear();
  };
  return (
    <div ref={box} className="max-w-full sm:relative" onKeyDown={onKeyDown}>
      <span className={`chip max-w-full ${isSet ? 'border-solid' : ''}`}>
        {isSet && (
          <button
            type="button"
            className="-ml-1 rounded-full p-0.5 hover:bg-hover"
            aria-label={`Take ${name} away`}
            onClick={clear}
          >
            <X aria-hidden className="size-3.5" />
          </button>
        )}
        {children === undefined ? (
          <Words name={name} value={value} />
        ) : (
          <button
            ref={opener}
            type="button"
            aria-expanded={isOpen}
            className="inline-flex min-w-0 items-center gap-1"
            onClick={() => setOpen(!isOpen)}
          >
            {!isSet && <CirclePlus aria-hidden className="size-3.5" />}
            <Words name={name} value={value} />
          </button>
        )}
      </span>
      {isOpen && (
        <div className="card absolute top-full left-0 z-20 mt-1 p-3 shadow-lg max-sm:right-0 sm:w-64">
          {children?.(close)}
        </div>
      )}
    </div>
  );
}

const Words = ({ name, value }: Readonly<{ name: string; value: string | undefined }>) => (
  <span className="truncate">
    {name}
    {value !== undefined && <span className="font-medium text-accent"> {value}</span>}
  </span>
);
