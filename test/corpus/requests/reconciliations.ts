import { type CorpusGroup, get, post, request } from '../corpus-request.ts';

const CSV = { headers: { 'content-type': 'text/csv' } };
const FILE = 'payment_id,transaction_id,status,fee,processed_date,settlement_date\n';
const ORDER = { filename: 'march.csv', source: 'native' };
const badOrders = [
  {},
  { filename: '../march.csv', source: 'native' },
  { filename: 'march.csv', source: 'word' },
  { filename: 'march.csv', source: 'mapped', mapping: 'a' },
  { filename: 'march.csv', source: 'native', size: 1 },
];
const POST = '/reconciliations?source=native';

/** Files of processors as they are sent and read back before any worker reads them. */
export const reconciliations: CorpusGroup = {
  as: 'treasurer',
  requests: [
    post('a file', POST, FILE, { ...CSV, keep: { file: 'id' } }),
    post('the same file again', POST, FILE, CSV),
    post('another file under a key', POST, `${FILE}1\n`, { ...CSV, key: 'file-1' }),
    post('the same file under that key', POST, `${FILE}1\n`, { ...CSV, key: 'file-1' }),
    post('a third file under that key', POST, `${FILE}2\n`, { ...CSV, key: 'file-1' }),
    post('an empty file', POST, '', CSV),
    post('a file of no source', '/reconciliations', FILE, CSV),
    post('a file of an unknown source', '/reconciliations?source=word', FILE, CSV),
    post('a file in JSON', POST, {}),
    post('a file of a merchant that is not there', POST, FILE, { ...CSV, as: 'unknown' }),
    post('a file without the permission', POST, FILE, { ...CSV, as: 'cashier' }),
    get('the reconciliation of a file', '/reconciliations/{{file}}'),
    get('the reconciliation of another merchant', '/reconciliations/{{file}}', { as: 'other' }),
    get('a reconciliation that is not there', '/reconciliations/rec_1'),
    get('all reconciliations', '/reconciliations'),
    get('a page of reconciliations', '/reconciliations?limit=1', { keep: { page: 'next_cursor' } }),
    get('the next page of reconciliations', '/reconciliations?limit=1&cursor={{page}}'),
    get('the rows of a file that was not read', '/reconciliations/{{file}}/rows'),
    get('rows of an unknown outcome', '/reconciliations/{{file}}/rows?outcome=lost'),
    get('rows by a cursor of another list', '/reconciliations/{{file}}/rows?cursor={{page}}'),
    post('a file of Stripe', '/reconciliations?source=stripe', `${FILE}3\n`, CSV),
    post('a mapped file without a mapping', '/reconciliations?source=mapped', FILE, CSV),
    post(
      'a mapped file by a mapping that is not there',
      '/reconciliations?source=mapped&mapping=a',
      FILE,
      CSV,
    ),
    post('an order of a link', '/reconciliations', ORDER, {
      key: 'link-1',
      keep: { sent: 'id', link: 'upload_url' },
    }),
    post('the same order again', '/reconciliations', ORDER, { key: 'link-1' }),
    get('a reconciliation whose file has not come', '/reconciliations/{{sent}}'),
    get('the same for another merchant', '/reconciliations/{{sent}}', { as: 'other' }),
    request('PUT', 'a file by the link', '{{link}}', { body: `${FILE}4\n`, ...CSV }),
    request('PUT', 'a file of another type by the link', '{{link}}', { body: FILE }),
    ...badOrders.map((body, n) => post(`no order of a link ${n + 1}`, '/reconciliations', body)),
    post('no order by who may only take payments', '/reconciliations', ORDER, { as: 'cashier' }),
    get('all reconciliations but those to come', '/reconciliations?limit=1'),
  ],
};
