import { printExact } from '../api/exact-json.ts';

/** What the API answered, as it answered it. */
export function JsonView({ value, label }: Readonly<{ value: unknown; label: string }>) {
  return (
    <pre
      tabIndex={0}
      role="region"
      aria-label={label}
      className="max-h-96 overflow-auto rounded-lg border border-line bg-rail p-3 font-mono text-xs leading-5"
    >
      {printExact(value)}
    </pre>
  );
}
