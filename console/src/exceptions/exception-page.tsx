import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Failure, Skeleton } from '../parts/answers.tsx';
import { BackLink } from '../parts/back-link.tsx';
import { Page } from '../parts/page.tsx';
import { ExceptionDetails } from './exception-details.tsx';
import { exceptionQuery } from './exception-queries.ts';

const route = getRouteApi('/exceptions/$id');

export function ExceptionPage() {
  const { id } = route.useParams();
  const { data: exception, error, refetch } = useQuery(exceptionQuery(id));
  if (exception !== undefined) return <ExceptionDetails key={id} exception={exception} />;
  return (
    <Page title="Exception" eyebrow={<BackLink to="/exceptions">Exceptions</BackLink>}>
      {error === null ? (
        <Skeleton label="Loading the exception" />
      ) : (
        <Failure error={error} retry={() => void refetch()} />
      )}
    </Page>
  );
}
