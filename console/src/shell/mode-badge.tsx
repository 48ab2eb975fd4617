import { useSession } from './session-context.ts';

/** Whether what is done here moves money; nothing where the server does not say. */
export function ModeBadge() {
  const { live } = useSession();
  if (live === undefined) return null;
  return (
    <span
      title={
        live
          ? 'Charges go to a processor under a live key: they move money.'
          : 'Charges go to a simulator or under a test key: no money moves.'
      }
      className={`inline-flex h-5 items-center rounded px-1.5 text-xs font-medium whitespace-nowrap ${live ? 'bg-good-wash text-good' : 'bg-warn-wash text-warn'}`}
    >
      {live ? 'Live money' : 'Test mode'}
    </span>
  );
}
