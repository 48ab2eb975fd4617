import { Link } from '@tanstack/react-router';
import { inWords, Status } from '../parts/badge.tsx';
import { Time } from '../parts/clock.tsx';
import { money } from '../parts/money.ts';
import { CELL, Table } from '../parts/table.tsx';
import type { Exception } from './exception-queries.ts';

const COLUMNS = [
  { name: 'Chosen', look: 'w-9', isSilent: true },
  { name: 'Kind', look: 'sm:w-36' },
  { name: 'In question', look: 'w-30 text-right sm:w-36' },
  { name: 'Age', look: 'hidden w-16 sm:table-cell' },
  { name: 'Status', look: 'hidden w-24 sm:table-cell' },
  { name: 'What differs', look: 'hidden lg:table-cell' },
  { name: 'Assigned to', look: 'hidden w-36 md:table-cell' },
  { name: 'Opened', look: 'hidden w-44 text-right xl:table-cell' },
];

type Props = Readonly<{
  exceptions: readonly Exception[];
  chosen: ReadonlySet<string>;
  onChoose: (id: string) => void;
}>;

/** Exceptions, of which several are chosen for one decision. */
export function ExceptionTable({ exceptions, chosen, onChoose }: Props) {
  return (
    <Table caption="Exceptions, newest first" columns={COLUMNS}>
      {exceptions.map((each) => (
        <Row key={each.id} exception={each} isChosen={chosen.has(each.id)} onChoose={onChoose} />
      ))}
    </Table>
  );
}

type RowProps = Readonly<{ exception: Exception; isChosen: boolean; onChoose: (id: string) => void }>;

function Row({ exception, isChosen, onChoose }: RowProps) {
  const { id, kind, amount, currency, age, status, assigned_to, created_at } = exception;
  const inQuestion = amount === undefined || currency === undefined ? '—' : money(amount, currency);
  return (
    <tr className={`relative hover:bg-hover ${isChosen ? 'bg-accent-wash' : ''}`}>
      <td className="h-11 pl-3">
        {status === 'open' && (
          <input
            type="checkbox"
            className="relative z-[1] block size-4"
            aria-label={`Choose ${inWords(kind)}, ${inQuestion}`}
            checked={isChosen}
            onChange={() => onChoose(id)}
          />
        )}
      </td>
      <td className={CELL}>
        <Link
          to="/exceptions/$id"
          params={{ id }}
          data-row={id}
          title={inWords(kind)}
          className="font-medium outline-none after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
        >
          {inWords(kind)}
        </Link>
      </td>
      <td className={`${CELL} text-right tabular-nums`}>{inQuestion}</td>
      <td className={`${CELL} hidden sm:table-cell ${age === '>7d' ? 'text-bad' : 'text-quiet'}`}>{age}</td>
      <td className={`${CELL} hidden sm:table-cell`}>
        <Status of={status} />
      </td>
      <td className={`${CELL} hidden text-quiet lg:table-cell`}>{whatDiffers(exception)}</td>
      <td className={`${CELL} hidden text-quiet md:table-cell`} title={assigned_to}>
        {assigned_to ?? '—'}
      </td>
      <td className={`${CELL} hidden text-right text-quiet xl:table-cell`}>
        <Time at={created_at} />
      </td>
    </tr>
  );
}

function whatDiffers({ fields = [], rejection }: Exception): string {
  if (rejection !== undefined) return inWords(rejection.reason);
  return fields.map(({ field }) => inWords(field)).join(', ') || '—';
}
