import { type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes, useId } from 'react';

type Labelled = Readonly<{ label: string; hint?: ReactNode }>;
type Named = Readonly<{ id: string; 'aria-describedby': string | undefined; className: string }>;

function Labelled({ label, hint, children }: Labelled & Readonly<{ children: (named: Named) => ReactNode }>) {
  const id = useId();
  const about = hint === undefined ? undefined : `${id}-hint`;
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      {children({ id, 'aria-describedby': about, className: 'field' })}
      {hint !== undefined && (
        <p id={about} className="text-quiet">
          {hint}
        </p>
      )}
    </div>
  );
}

/** A field below its name, with what there is to know about it. */
export const Field = ({ label, hint, ...input }: Labelled & InputHTMLAttributes<HTMLInputElement>) => (
  <Labelled label={label} hint={hint}>
    {(named) => <input autoComplete="off" {...input} {...named} />}
  </Labelled>
);

type Choices = Readonly<{ choices: readonly (readonly [value: string, name: string])[] }>;

/** A currency, as a filter takes it: what is none stays written, and the browser says so. */
export const CURRENCY = {
  label: 'Currency',
  name: 'currency',
  pattern: ' *[A-Za-z]{3} *',
  title: 'Three letters, as USD',
} as const;

/** One of a few, below its name. */
export const Choose = ({
  label,
  hint,
  choices,
  ...select
}: Labelled & Choices & SelectHTMLAttributes<HTMLSelectElement>) => (
  <Labelled label={label} hint={hint}>
    {(named) => (
      <select {...select} {...named}>
        {choices.map(([value, name]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
    )}
  </Labelled>
);
