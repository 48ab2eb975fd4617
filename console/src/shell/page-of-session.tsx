import { Outlet, useRouterState } from '@tanstack/react-router';
import { PaywrightProblem } from '../../../client/src/client.ts';
import type { Session } from '../api/session.ts';
import { Empty, Failure } from '../parts/answers.tsx';
import { Page } from '../parts/page.tsx';
import { mayOpen, pageOf } from './pages.ts';

/** The page of the address, where the session may use it: else nothing that is on it, and what to do about that. */
export function PageOfSession({ session }: Readonly<{ session: Session }>) {
  const route = useRouterState({ select: ({ matches }) => matches.at(-1)?.fullPath ?? '' });
  const page = pageOf(route);
  if (page === undefined || mayOpen(page, session)) return <Outlet />;
  if (session.merchant_id === undefined && page.spansMerchants !== true)
    return (
      <Empty title="This page is of a merchant">
        {session.isChooser
          ? 'Choose one first: beside the pages, or in the menu.'
          : 'Your token names none. Log in with one that does.'}
      </Empty>
    );
  const lacked =
    page.needs === 'role' ? 'neither the role `dispatcher` nor `admin`' : `no permission \`${page.needs}\``;
  return (
    <Page title={page.name}>
      <Failure
        error={
          new PaywrightProblem(403, {
            title: 'Your token does not allow this',
            detail: `It has ${lacked}. Log in with one that has, or ask who gave it to you.`,
          })
        }
      />
    </Page>
  );
}
