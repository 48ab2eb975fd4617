import { type CorpusGroup, get, post, request } from '../corpus-request.ts';
import { absent, card } from './bodies.ts';

const badAudits = [
  'entity_type=everything',
  'entity_id=a%20b',
  'start_date=today',
  'start_date=2045-03-02&end_date=2045-03-01',
  'limit=0',
  'cursor=x',
  'actor=user-1',
];

const badExports = [
  'format=xml',
  'limit=5',
  'cursor=x',
  'status=paid',
  'min_amount=2&max_amount=1&currency=USD',
];

/** The audit trail with its report, and payments as files. */
export const auditAndExport: CorpusGroup = {
  as: 'merchant',
  requests: [
    get('an empty file', '/payments/export'),
    get('an empty file of lines', '/payments/export?format=json&status=failed'),
    post('a payment', '/payments', card({ description: '=HYPERLINK("http://x"), "quoted"\r\nline' }), {
      key: 'p-1',
      headers: { 'user-agent': 'corpus/1.0' },
      keep: { payment: 'id' },
    }),
    post('a held payment', '/payments', card({ capture_method: 'manual', metadata: { a: 'b,c' } }), {
      key: 'p-2',
      keep: { held: 'id' },
    }),
    post(
      'a capture',
      '/payments/{{held}}/capture',
      { amount: 1_000, final: true },
      { key: 'c-1', keep: { capture: 'id' } },
    ),
    post('a refund', '/payments/{{held}}/refunds', { amount: 100, reason: 'Broken' }, { key: 'r-1' }),
    post('a declined payment', '/payments', card({ payment_method: 'test_declined' }), { key: 'p-3' }),
    post('a large payment', '/payments', card({ amount: 2_000_000 }), { key: 'p-4' }),
    post(
      'a transfer',
      '/transfers',
      { destination_merchant_id: 'merchant-2', amount: 10, currency: 'USD' },
      { key: 't-1' },
    ),
    post('a payment of another merchant', '/payments', card(), { key: 'p-5', as: 'other' }),
    get('the trail', '/audit?limit=100'),
    get('the trail of a payment', '/audit?entity_type=payment&entity_id={{held}}'),
    get('the trail of a transaction', '/audit?entity_type=transaction&entity_id={{capture}}'),
    get('the trail of transfers', '/audit?entity_type=transfer'),
    get('the trail of an id', '/audit?entity_id={{payment}}'),
    get('the trail of some seconds', '/audit?start_date=2045-03-01T12:00:03Z&end_date=2045-03-01T12:00:03Z'),
    get('the trail of nothing', `/audit?entity_id=${absent('pay')}`),
    get('a page of the trail', '/audit?limit=3', { keep: { page: 'next_cursor' } }),
    get('the next page of the trail', '/audit?limit=3&cursor={{page}}'),
    get('the page of another merchant', '/audit?limit=3&cursor={{page}}', { as: 'other' }),
    get('the trail of another merchant', '/audit', { as: 'other' }),
    ...badAudits.map((query) => get(`no trail by ${query}`, `/audit?${query}`)),
    get('the report', '/audit/report'),
    get('the report as a table', '/audit/report?format=csv'),
    get('the report of a day', '/audit/report?start_date=2045-03-01&end_date=2045-03-01'),
    get('the report of another day', '/audit/report?start_date=2045-02-01&end_date=2045-02-28'),
    get('no report as a page', '/audit/report?format=html'),
    get('no report by user', '/audit/report?user=user-1'),
    get('a file', '/payments/export'),
    get('a file of lines', '/payments/export?format=json'),
    get('a file of some', '/payments/export?format=csv&status=succeeded&min_amount=2000&currency=USD'),
    get('no file by amounts of no currency', '/payments/export?format=csv&min_amount=2000'),
    get('a file with a byte order mark', '/payments/export?format=csv&bom=true&status=failed'),
    get(
      'a file of a day',
      '/payments/export?start_date=2045-03-01&end_date=2045-03-01&currency=USD&format=json',
    ),
    request('HEAD', 'the head of a file', '/payments/export'),
    ...badExports.map((query) => get(`no file by ${query}`, `/payments/export?${query}`)),
    get('no file by who may only take payments', '/payments/export', { as: 'cashier' }),
    get('a file of a suspended merchant', '/payments/export', { as: 'suspended' }),
    get('what the trail has of files', '/audit?entity_type=export'),
    get('the report with files', '/audit/report'),
  ],
};
