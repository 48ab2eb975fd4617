import type { Summaries } from '../../ports/summaries.ts';
import { attempt } from './faults.ts';
import { queryItems } from './reads.ts';
import { type Table, tallyPartitions } from './table.ts';
import { talliesIn } from './tally-items.ts';

/** Reads 128 partitions, and of each one small item for each day and currency. */
export const dynamodbSummaries = (table: Table): Summaries => ({
  tallies: (merchantId, { from = '0', to = '9999-12-31' }) =>
    attempt(async () => {
      // A query must not ask from behind its own end.
      if (from > to) return [];
      const found = await Promise.all(
        tallyPartitions(merchantId).map((pk) =>
          queryItems(table, {
            KeyConditionExpression: 'pk = :pk AND sk BETWEEN :from AND :to',
            ExpressionAttributeValues: { ':pk': pk, ':from': from, ':to': `${to}#~` },
          }),
        ),
      );
      return found.flat();
    }).map((items) => talliesIn(merchantId, items)),
});
