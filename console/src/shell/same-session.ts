import { useEffect } from 'react';
import type { Session } from '../api/session.ts';

const KEPT = 'paywright.session';

/** Whose session it is, whichever merchant is chosen in it; empty of none. */
const ownerOf = (session: Session | null): string => {
  if (session === null) return '';
  const { subject, isChooser, merchant_id, permissions, roles } = session;
  return JSON.stringify([subject, isChooser === true ? null : merchant_id, permissions, roles]);
};

/**
 * Loads the document anew when another tab logs out, or in as another: all tabs of a browser have one cookie, so that this one would show and
 * send in that one's name what says that it is of the one before.
 */
export function useSameSession(session: Session | null | undefined): void {
  const owner = session === undefined ? undefined : ownerOf(session);
  useEffect(() => {
    if (owner === undefined) return;
    localStorage.setItem(KEPT, owner);
    const changed = ({ key, newValue }: StorageEvent) => {
      if (key === KEPT && newValue !== owner) location.reload();
    };
    addEventListener('storage', changed);
    return () => removeEventListener('storage', changed);
  }, [owner]);
}
