import { inWords } from '../parts/badge.tsx';

/** What each item of a bill is made from. */
const ITEMS = {
  writes:
    'What the payments and refunds of a month write of the table, in each region that holds it: by the request on demand, and provisioned as capacity for an average second at the share that is used.',
  reads:
    'What the payments, refunds and reads of a month read of the table, in one region, paid for in the same ways.',
  indexes: 'What the same operations write and read of indexes.',
  streams: 'Reads of the table’s stream of changes, where they are paid for.',
  storage:
    'The bytes that each payment and refund leaves in the database of that bill, for as many days as they are kept, in each region.',
  backup: 'As much of what is stored as is backed up.',
  capacity:
    'Aurora’s capacity for the payments, refunds and reads of an average second at the share that is used, half a unit at least, in each region.',
  requests: 'What payments and refunds write of Aurora’s log, in requests of 4 KiB, in each region.',
} as const;

export const BY_OPERATION = 'by-operation';

/** Where it is said what an item is made from. */
export const placeOf = (item: string): string => `how-${item}`;

/** What the figures of the bills are computed from, in words, item by item. */
export const How = () => (
  <div className="flex flex-col gap-3">
    <p className="text-quiet">
      An item is what{' '}
      <a href={`#${BY_OPERATION}`} className="font-medium text-accent hover:underline">
        each operation takes
      </a>
      , as often as the usage says, at AWS’s price of a unit. A total is what its items add up to, and a year
      twelve of it.
    </p>
    <dl className="card grid grid-cols-1 gap-x-6 gap-y-2 p-4 sm:grid-cols-[7rem_minmax(0,1fr)]">
      {Object.entries(ITEMS).map(([item, words]) => (
        <div key={item} className="contents">
          <dt id={placeOf(item)} tabIndex={-1} className="scroll-mt-4 font-medium">
            {inWords(item)}
          </dt>
          <dd className="text-quiet">{words}</dd>
        </div>
      ))}
    </dl>
  </div>
);
