/**
 * Sends a processor's file to paywright, waits until it is reconciled, and prints what does not fit. Ends with 1 when anything does not.
 *
 *   PAYWRIGHT_URL=http://localhost:8080 PAYWRIGHT_TOKEN=… node reconcile.ts march.csv
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient, dataOf } from 'paywright-client';

const { PAYWRIGHT_URL = '', PAYWRIGHT_TOKEN = '' } = process.env;
const [file = ''] = process.argv.slice(2);
const { GET, POST, items } = createClient({ baseUrl: PAYWRIGHT_URL, token: PAYWRIGHT_TOKEN });

const csv = await readFile(file, 'utf8');
const started = await dataOf(
  POST('/reconciliations', {
    params: { query: { source: 'native' } },
    headers: { 'content-type': 'text/csv' },
    body: csv as never,
    // As it is: the file is no JSON. The same bytes again are the same reconciliation.
    bodySerializer: (text: unknown) => text,
  }),
);

const path = { id: started.id };
let reconciliation = await dataOf(GET('/reconciliations/{id}', { params: { path } }));
while (reconciliation.status === 'pending' || reconciliation.status === 'processing') {
  await sleep(500);
  reconciliation = await dataOf(GET('/reconciliations/{id}', { params: { path } }));
}
if (reconciliation.status === 'failed') {
  const { code, line } = reconciliation.error ?? { code: 'unknown' };
  console.error(`the file was refused: ${code}${line === undefined ? '' : ` in line ${line}`}`);
  process.exit(1);
}

const { counts } = reconciliation;
console.log(`${counts.rows} rows: ${counts.matched + counts.matched_within_tolerance} match`);
let wrong = 0;
for (const outcome of ['mismatched', 'missing_here', 'duplicate', 'rejected'] as const)
  for await (const row of items('/reconciliations/{id}/rows', { params: { path, query: { outcome } } })) {
    wrong++;
    const differences = row.differences?.map(
      ({ field, ours, theirs }) => `${field} ${String(ours)} here, ${String(theirs)} there`,
    );
    console.log(
      `line ${row.line}: ${outcome} ${differences?.join(', ') ?? row.reason ?? row.payment_id ?? ''}`,
    );
  }
process.exitCode = wrong === 0 ? 0 : 1;
