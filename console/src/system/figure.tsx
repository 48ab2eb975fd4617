import type { ReactNode } from 'react';
import { Time } from '../parts/clock.tsx';
import { count } from '../parts/count.ts';

type Props = Readonly<{
  name: string;
  value: number;
  /** From so many on the API counts no further. */
  most?: number;
  /** The id of the list of rows that make it, on this page; without one they are not to be had. */
  rows?: string;
  isBad?: boolean;
}>;

/** A number, which leads to the rows that make it. */
function Figure({ name, value, most = Number.POSITIVE_INFINITY, rows, isBad = false }: Props) {
  const text = value >= most ? `${count(most)} or more` : count(value);
  return (
    <div>
      <dt className="text-quiet">{name}</dt>
      <dd className={`text-2xl leading-8 font-semibold tabular-nums ${isBad && value > 0 ? 'text-bad' : ''}`}>
        {rows !== undefined && value > 0 ? (
          <a href={`#${rows}`} className="underline decoration-1 underline-offset-4 hover:decoration-2">
            {text}
          </a>
        ) : (
          text
        )}
      </dd>
    </div>
  );
}

/** Numbers that belong together, and since when the oldest of what they count waits. */
export function FigureCard({
  name,
  figures,
  children,
}: Readonly<{ name: string; figures: readonly Props[]; children: ReactNode }>) {
  return (
    <li className="card flex flex-col gap-3 p-4">
      <h3 className="font-medium">{name}</h3>
      <dl className="flex flex-wrap gap-x-8 gap-y-3">
        {figures.map((figure) => (
          <Figure key={figure.name} {...figure} />
        ))}
      </dl>
      <p className="text-[13px] text-quiet">{children}</p>
    </li>
  );
}

export const Oldest = ({ at, verb }: Readonly<{ at: string | undefined; verb: string }>) =>
  at === undefined ? (
    `Nothing ${verb}.`
  ) : (
    <>
      The oldest is of <Time at={at} exact />.
    </>
  );
