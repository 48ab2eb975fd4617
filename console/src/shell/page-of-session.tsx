import { Outlet, useRouterState } from '@tanstack/react-router';
import type { Session } from '../api/session.ts';
import { Empty } from '../parts/answers.tsx';
import { isOfMerchant } from './pages.ts';

/** The page of the address; where it is of a merchant and the session of none, what to do about that. */
export function PageOfSession({ session }: Readonly<{ session: Session }>) {
  const route = useRouterState({ select: ({ matches }) => matches.at(-1)?.fullPath ?? '' });
  if (session.merchant_id !== undefined || !isOfMerchant(route)) return <Outlet />;
  return (
    <Empty title="This page is of a merchant">
      {session.isChooser
        ? 'Choose one first: beside the pages, or in the menu.'
        : 'Your token names none. Log in with one that does.'}
    </Empty>
  );
}
