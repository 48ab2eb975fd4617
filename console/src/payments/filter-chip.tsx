import { CirclePlus, X } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';

type Props = Readonly<{
  name: string;
  value: string | undefined;
  onClear: () => void;
  /** The form below the chip; without one the chip is taken away only. */
  children?: (close: () => void) => ReactNode;
}>;

export function FilterChip({ name, value, onClear, children }: Props) {
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const close = () => {
    setOpen(false);
    opener.current?.focus();
  };
  useEffect(() => {
    if (!open) return;
    const outside = ({ target }: Event) => {
      if (target instanceof Node && box.current?.contains(target) === false) setOpen(false);
    };
    addEventListener('pointerdown', outside);
    addEventListener('focusin', outside);
    return () => {
      removeEventListener('pointerdown', outside);
      removeEventListener('focusin', outside);
    };
  }, [open]);
  const isSet = value !== undefined;
  return (
    <div
      ref={box}
      className="relative max-w-full"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !open) return;
        event.stopPropagation();
        close();
      }}
    >
      <span className={`chip max-w-full ${isSet ? 'border-solid' : ''}`}>
        {isSet && (
          <button
            type="button"
            className="-ml-1 rounded-full p-0.5 hover:bg-hover"
            aria-label={`Take ${name} away`}
            onClick={onClear}
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
            aria-expanded={open}
            className="inline-flex min-w-0 items-center gap-1"
            onClick={() => setOpen(!open)}
          >
            {!isSet && <CirclePlus aria-hidden className="size-3.5" />}
            <Words name={name} value={value} />
          </button>
        )}
      </span>
      {open && (
        <div className="card absolute top-full left-0 z-20 mt-1 w-64 p-3 shadow-lg">{children?.(close)}</div>
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
