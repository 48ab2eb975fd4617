import { useIsFetching, useIsMutating } from '@tanstack/react-query';
import { useRouterState } from '@tanstack/react-router';

/** What is only brought up to date, or is counted beside the pages, keeps people from nothing. */
const isFirst = ({ state, queryKey }: Readonly<{ state: { data: unknown }; queryKey: readonly unknown[] }>) =>
  state.data === undefined && queryKey[0] !== 'counts';

/** A line at the edge of what it is in, which runs while a page, a first answer or an action is waited for; it comes after 300 ms, so that what is quick does not flicker. */
export function Waiting() {
  const isOnTheWay = useRouterState({ select: ({ isLoading }) => isLoading });
  const asked = useIsFetching({ predicate: isFirst });
  const sent = useIsMutating();
  return (
    (isOnTheWay || asked + sent > 0) && (
      <div role="progressbar" aria-label="Waiting for the server" className="waiting" />
    )
  );
}
