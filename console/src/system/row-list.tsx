import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Failure, Skeleton } from '../parts/answers.tsx';
import { Section } from '../parts/page.tsx';

type Rows<Row> = Readonly<{ items: readonly Row[]; has_more: boolean }>;

type Props<Row> = Readonly<{
  id: string;
  title: string;
  rows: UseQueryResult<Rows<Row>>;
  /** What is said where there are none. */
  none: string;
  children: (row: Row) => ReactNode;
}>;

/** The rows of a number, the oldest first, where a link to its id leads. */
export function RowList<Row>({ id, title, rows, none, children }: Props<Row>) {
  const { data, error, refetch } = rows;
  return (
    <div id={id} tabIndex={-1} className="scroll-mt-4">
      <Section title={title}>
        {error !== null && data === undefined ? (
          <Failure error={error} retry={() => void refetch()} />
        ) : data === undefined ? (
          <Skeleton rows={2} label={`Loading ${title.toLowerCase()}`} />
        ) : data.items.length === 0 ? (
          <p className="text-quiet">{none}</p>
        ) : (
          <>
            <ul className="card divide-y divide-line">{data.items.map(children)}</ul>
            {data.has_more && <p className="text-quiet">The oldest {data.items.length} of more.</p>}
          </>
        )}
      </Section>
    </div>
  );
}
