import type { Summaries } from '../../ports/summaries.ts';
import { attempt } from './faults.ts';
import { queryDays } from './reads.ts';
import { tallyPartitions } from './sum-keys.ts';
import { type Table } from './table.ts';
import { talliesIn } from './tally-items.ts';

/** Reads 128 partitions, and of each one small item for each day and currency. */
export const dynamodbSummaries = (table: Table): Summaries => ({
  tallies: (merchantId, range) =>
    attempt(() => queryDays(table, tallyPartitions(merchantId), range)).map((items) =>
      talliesIn(merchantId, items),
    ),
});
