import { type CorpusGroup, del, get, patch, post } from '../corpus-request.ts';
import { absent, card, long, PAN } from './bodies.ts';

/** An address, as a name would have to be resolved. */
const SHOP = 'https://93.184.215.14/paywright';

const badEndpoints = {
  'no URL': {},
  'what is no URL': { url: 'shop' },
  'plain HTTP': { url: 'http://93.184.215.14/' },
  'a password': { url: 'https://user:pass@93.184.215.14/' },
  'a fragment': { url: `${SHOP}#top` },
  'a port of mail': { url: 'https://93.184.215.14:25/' },
  'an address at home': { url: 'https://192.168.1.1/' },
  'this very host': { url: 'https://localhost/' },
  'the address of a cloud': { url: 'https://[::ffff:169.254.169.254]/' },
  'a URL of 2049 characters': { url: `https://93.184.215.14/${long(2_049)}` },
  'an unknown event': { url: SHOP, events: ['payment.paid'] },
  'no events': { url: SHOP, events: [] },
  'an event twice': { url: SHOP, events: ['*', '*'] },
  'a description of 501 characters': { url: SHOP, description: long(501) },
  'an unknown field': { url: SHOP, secret: 'mine' },
  'a card number': { url: SHOP, description: PAN },
};

const badChanges = {
  nothing: {},
  'a bad URL': { url: 'ftp://93.184.215.14' },
  'a status that no request sets': { status: 'disabled' },
  'a secret': { secret: 'x' },
};

const steps: readonly (readonly [string, object | undefined])[] = [
  ['rotate_secret', undefined],
  ['test', undefined],
  ['replay_failed', { since: '2045-01-01T00:00:00Z' }],
];

/** A delivery fails when its fifth attempt does, and each comes later than the one before. */
const FIVE_FAILURES = Array(5)
  .fill([{ pass: 4 * 3_600_000 }, { deliveriesAnswer: 500 }] as const)
  .flat();

const entries = <Value>(values: Readonly<Record<string, Value>>) => Object.entries(values);

/** Endpoints with their secrets, and deliveries with their attempts. */
export const webhooks: CorpusGroup = {
  as: 'merchant',
  requests: [
    get('no endpoints yet', '/webhook_endpoints'),
    post('an endpoint', '/webhook_endpoints', { url: SHOP }, { keep: { shop: 'id' } }),
    post(
      'an endpoint with all that one has',
      '/webhook_endpoints',
      {
        url: 'https://93.184.215.14:8443',
        events: ['payment.succeeded', 'refund.created'],
        description: 'Büro',
      },
      { keep: { office: 'id' } },
    ),
    post('an endpoint on this machine', '/webhook_endpoints', {
      url: 'http://127.0.0.1:4242/hook',
      events: ['*'],
    }),
    post(
      'an endpoint of another merchant',
      '/webhook_endpoints',
      { url: SHOP },
      { as: 'other', keep: { theirs: 'id' } },
    ),
    post('an endpoint of a suspended merchant', '/webhook_endpoints', { url: SHOP }, { as: 'suspended' }),
    ...entries(badEndpoints).map(([what, body]) =>
      post(`no endpoint with ${what}`, '/webhook_endpoints', body),
    ),
    post('no endpoint without JSON', '/webhook_endpoints', '{'),
    get('the endpoints', '/webhook_endpoints'),
    get('no pages of endpoints', '/webhook_endpoints?limit=1'),
    get('one endpoint', '/webhook_endpoints/{{office}}'),
    get('not that of another merchant', '/webhook_endpoints/{{theirs}}'),
    get('an unknown endpoint', `/webhook_endpoints/${absent('we')}`),
    get('no endpoint by what is no id', '/webhook_endpoints/shop'),
    patch('another URL and fewer events', '/webhook_endpoints/{{office}}', {
      url: 'https://93.184.215.14/other',
      events: ['refund.created'],
    }),
    patch('what is there already', '/webhook_endpoints/{{office}}', { events: ['refund.created'] }),
    patch('no description', '/webhook_endpoints/{{office}}', { description: null }),
    ...entries(badChanges).map(([what, body]) =>
      patch(`no change to ${what}`, '/webhook_endpoints/{{office}}', body),
    ),
    patch('no change of what is unknown', `/webhook_endpoints/${absent('we')}`, { status: 'paused' }),
    post('another secret', '/webhook_endpoints/{{office}}/rotate_secret'),
    get('the endpoint with two secrets', '/webhook_endpoints/{{office}}'),
    patch('a pause', '/webhook_endpoints/{{office}}', { status: 'paused' }),
    post('no test while paused', '/webhook_endpoints/{{office}}/test'),
    post('no replay while paused', '/webhook_endpoints/{{office}}/replay_failed', {
      since: '2045-01-01T00:00:00Z',
    }),
    patch('the end of the pause', '/webhook_endpoints/{{office}}', { status: 'enabled' }),
    get('no deliveries yet', '/webhook_deliveries'),
    post('a test', '/webhook_endpoints/{{shop}}/test', undefined, { keep: { test: 'id' } }),
    post('a second test', '/webhook_endpoints/{{shop}}/test', undefined, { keep: { second: 'id' } }),
    get('a delivery that waits', '/webhook_deliveries/{{test}}'),
    get('a delivery that failed once', '/webhook_deliveries/{{test}}', {
      before: [{ deliveriesAnswer: 503 }],
    }),
    get('a delivery that arrived', '/webhook_deliveries/{{second}}', {
      before: [{ pass: 60_000 }, { deliveriesAnswer: 204 }],
    }),
    post('a third test', '/webhook_endpoints/{{shop}}/test', undefined, { keep: { third: 'id' } }),
    get('a delivery that failed for good', '/webhook_deliveries/{{third}}', { before: FIVE_FAILURES }),
    get('all deliveries', '/webhook_deliveries'),
    get('deliveries that failed', '/webhook_deliveries?status=failed'),
    get('deliveries of an endpoint', '/webhook_deliveries?endpoint_id={{office}}'),
    get('deliveries of an event', '/webhook_deliveries?event_type=webhook_endpoint.test&limit=1', {
      keep: { page: 'next_cursor' },
    }),
    get('the next page', '/webhook_deliveries?event_type=webhook_endpoint.test&limit=1&cursor={{page}}'),
    get('the page under another filter', '/webhook_deliveries?cursor={{page}}'),
    get('no deliveries by a bad status', '/webhook_deliveries?status=lost'),
    get('no deliveries of a payment yet', `/webhook_deliveries?payment_id=${absent('pay')}`),
    get('no deliveries of what is no payment', '/webhook_deliveries?payment_id=1'),
    get('no deliveries by a bad endpoint', '/webhook_deliveries?endpoint_id=shop'),
    get('no deliveries of another merchant', '/webhook_deliveries', { as: 'other' }),
    get('no delivery of another merchant', '/webhook_deliveries/{{test}}', { as: 'other' }),
    get('an unknown delivery', `/webhook_deliveries/${absent('whd')}`),
    get('no delivery by what is no id', '/webhook_deliveries/1'),
    post('a delivery again', '/webhook_deliveries/{{test}}/replay'),
    post('no unknown delivery again', `/webhook_deliveries/${absent('whd')}/replay`),
    post('no delivery again for another merchant', '/webhook_deliveries/{{test}}/replay', undefined, {
      as: 'other',
    }),
    post('all that failed again', '/webhook_endpoints/{{shop}}/replay_failed', {
      since: '2045-01-01T00:00:00Z',
    }),
    post('nothing failed any more', '/webhook_endpoints/{{shop}}/replay_failed', {
      since: '2045-03-01T00:00:00+02:00',
    }),
    post('no replay since some day', '/webhook_endpoints/{{shop}}/replay_failed', { since: 'yesterday' }),
    post('no replay without a body', '/webhook_endpoints/{{shop}}/replay_failed'),
    ...steps.flatMap(([step, body]) => [
      post(`no ${step} of another merchant`, `/webhook_endpoints/{{theirs}}/${step}`, body),
      post(`no ${step} of an unknown endpoint`, `/webhook_endpoints/${absent('we')}/${step}`, body),
      post(`no ${step} by what is no id`, `/webhook_endpoints/shop/${step}`, body),
      get(`no reading of ${step}`, `/webhook_endpoints/{{shop}}/${step}`),
    ]),
    del('not that of another merchant, to remove', '/webhook_endpoints/{{theirs}}'),
    del('an endpoint removed', '/webhook_endpoints/{{office}}'),
    del('not removed twice', '/webhook_endpoints/{{office}}'),
    get('no endpoint once removed', '/webhook_endpoints/{{office}}'),
    get('the endpoints that are left', '/webhook_endpoints'),
    post(
      'the last endpoint that a merchant may have',
      '/webhook_endpoints',
      { url: SHOP, events: ['payment.failed'] },
      { times: 98 },
    ),
    post('an endpoint too many', '/webhook_endpoints', { url: SHOP }),
    post('a secret rotated under a key', '/webhook_endpoints/{{shop}}/rotate_secret', undefined, {
      key: 'rotate-1',
    }),
    post('the rotation again', '/webhook_endpoints/{{shop}}/rotate_secret', undefined, { key: 'rotate-1' }),
    post('the rotation of another endpoint', '/webhook_endpoints/{{theirs}}/rotate_secret', undefined, {
      key: 'rotate-1',
    }),
    post('a payment that makes events', '/payments', card(), { key: 'p-1', keep: { payment: 'id' } }),
    get('the events of the last 30 days', '/events', { before: ['events are relayed'] }),
    get('a page of events', '/events?limit=1', { keep: { events: 'next_cursor' } }),
    get('the next page of events', '/events?limit=1&cursor={{events}}', { keep: { oldest: 'items.0.id' } }),
    get('events of a type', '/events?event_type=payment.succeeded'),
    get('events of a payment', '/events?entity_id={{payment}}'),
    get(
      'the delivery of an event of a payment to an endpoint',
      '/webhook_deliveries?payment_id={{payment}}&event_type=payment.succeeded&endpoint_id={{shop}}',
    ),
    get('no events of an unknown type', '/events?event_type=payment.paid'),
    get('no events of another merchant', '/events', { as: 'other' }),
    get('a stream that begins now', '/events/stream'),
    get('a stream of what came after an event', '/events/stream', {
      before: [{ pass: 60_000 }],
      headers: { 'last-event-id': '{{oldest}}' },
    }),
    get('no stream after what is no event', '/events/stream', { headers: { 'last-event-id': '1' } }),
    get('no stream with a parameter', '/events/stream?event_type=payment.succeeded'),
    post('no writing of a stream', '/events/stream', {}),
    get('what the trail has of it', '/audit?entity_type=webhook_endpoint&entity_id={{office}}'),
  ],
};
