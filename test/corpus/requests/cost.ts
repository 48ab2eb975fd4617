import { type CorpusGroup, get, post } from '../corpus-request.ts';
import { card } from './bodies.ts';

const CLASSIC = '/cost?preset=classic-2024';

const badQueries = [
  'preset=classic',
  'region=Mars',
  'regions=0',
  'transactions_per_month=1e6',
  'queries_per_transaction=5,2',
  'refunds_per_transaction=10001',
  'retention_days=-1',
  'utilisation=0',
  'merchant_id=a%20b',
  'merchant_id=merchant-1&transactions_per_month=1',
  'currency=EUR',
];

/** What storing payments costs; of the preset whose bills of DynamoDB no measurement moves. */
export const cost: CorpusGroup = {
  as: 'root',
  requests: [
    get('a million transactions', CLASSIC),
    get('no transactions', `${CLASSIC}&transactions_per_month=0`),
    get(
      'two regions for ten years',
      `${CLASSIC}&regions=2&retention_days=3650&transactions_per_month=500000000&queries_per_transaction=0.25&utilisation=70`,
    ),
    ...badQueries.map((query) => get(`no estimate by ${query}`, `/cost?${query}`)),
    get('no prices of a region', '/cost?region=mars-1'),
    get('no merchant of that id', `${CLASSIC}&merchant_id=unknown`),
    post('a payment', '/payments', card(), { as: 'merchant', key: 'p-1' }),
    get('a merchant’s own, of whole days', `${CLASSIC}&merchant_id=merchant-1`),
    get('a merchant’s own, a day later', `${CLASSIC}&merchant_id=merchant-1`, {
      before: [{ pass: 86_400_000 }],
    }),
    get('no estimate for a merchant', CLASSIC, { as: 'merchant' }),
  ],
};
