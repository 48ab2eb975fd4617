import { type CorpusGroup, del, get, patch, post } from '../corpus-request.ts';
import { absent, card } from './bodies.ts';

const DAY_MS = 86_400_000;

const badSchedules = [
  {},
  { kind: 'payments' },
  { kind: 'payments', every: 'year' },
  { kind: 'payments', every: 'day', timezone: 'Europe/Nowhere' },
  { kind: 'payments', every: 'day', timezone: '+01:00' },
  { kind: 'payments', every: 'day', at: { weekday: 'monday' } },
  { kind: 'payments', every: 'week', at: { weekday: 'Monday', day: 3 } },
  { kind: 'payments', every: 'month', at: { day: 32, time: '24:00' } },
  { kind: 'payments', every: 'day', filters: { start_date: '2045-03-01' } },
  { kind: 'journal', every: 'day', filters: { status: 'failed' } },
];

const daily = { kind: 'payments', every: 'day', filters: { currency: 'USD' }, format: 'json' };

/** Exports that a schedule orders. */
export const exportSchedules: CorpusGroup = {
  as: 'merchant',
  requests: [
    get('no schedule yet', '/export_schedules'),
    post('a payment', '/payments', card(), { key: 'p-1' }),
    post('a schedule of payments', '/export_schedules', daily, { key: 's-1', keep: { daily: 'id' } }),
    post('the same schedule again', '/export_schedules', daily, { key: 's-1' }),
    post(
      'another schedule under the same key',
      '/export_schedules',
      { ...daily, every: 'week' },
      { key: 's-1' },
    ),
    post(
      'a schedule of the journal by month',
      '/export_schedules',
      {
        kind: 'journal',
        every: 'month',
        at: { day: 31, time: '02:30' },
        timezone: 'europe/berlin',
        gzip: true,
      },
      { keep: { monthly: 'id' } },
    ),
    post('a schedule of the trail by week', '/export_schedules', {
      kind: 'audit',
      every: 'week',
      at: { weekday: 'wednesday' },
      filters: { entity_type: 'payment' },
    }),
    ...badSchedules.map((body, n) => post(`no schedule ${n + 1}`, '/export_schedules', body)),
    post('no schedule by who may only take payments', '/export_schedules', daily, { as: 'cashier' }),
    get('a schedule', '/export_schedules/{{daily}}'),
    get('a schedule that is known', '/export_schedules/{{daily}}', { headers: { 'if-none-match': '"1"' } }),
    get('a schedule that has run', '/export_schedules/{{daily}}', {
      before: [{ pass: DAY_MS }, 'jobs are done'],
      keep: { export: 'last_run.export_id' },
    }),
    get('what a schedule ordered', '/exports/{{export}}', {
      before: ['jobs are done'],
      keep: { link: 'result_url' },
    }),
    get('the file of the day that is over', '{{link}}'),
    patch('a schedule at another time', '/export_schedules/{{daily}}', {
      at: { time: '23:00' },
      timezone: 'Asia/Tokyo',
    }),
    patch('a schedule of other rows', '/export_schedules/{{daily}}', {
      filters: {},
      format: 'csv',
      gzip: true,
    }),
    patch(
      'no other version of a schedule',
      '/export_schedules/{{daily}}',
      { gzip: false },
      { headers: { 'if-match': '"1"' } },
    ),
    patch('no weekday for a schedule by day', '/export_schedules/{{daily}}', { at: { weekday: 'monday' } }),
    patch('no filter that the kind has not', '/export_schedules/{{monthly}}', {
      filters: { status: 'failed' },
    }),
    patch('no zone that is none', '/export_schedules/{{daily}}', { timezone: 'Mars/Olympus' }),
    patch('no other kind', '/export_schedules/{{daily}}', { kind: 'audit' }),
    patch('a schedule by week', '/export_schedules/{{daily}}', { every: 'week', at: { weekday: 'friday' } }),
    patch('a schedule that is paused', '/export_schedules/{{daily}}', { status: 'paused' }),
    patch('a schedule that is paused already', '/export_schedules/{{daily}}', { status: 'paused' }),
    patch('a schedule that is resumed', '/export_schedules/{{daily}}', { status: 'active' }),
    get('all schedules', '/export_schedules'),
    get('no schedule of another merchant', '/export_schedules/{{daily}}', { as: 'other' }),
    patch('no change of another merchant', '/export_schedules/{{daily}}', { gzip: true }, { as: 'other' }),
    del('no end by another merchant', '/export_schedules/{{daily}}', { as: 'other' }),
    get('no schedule that is none', '/export_schedules/x'),
    get('no schedule that does not exist', `/export_schedules/${absent('sch')}`),
    del('no end of another version', '/export_schedules/{{daily}}', { headers: { 'if-match': '"1"' } }),
    del('the end of a schedule', '/export_schedules/{{daily}}'),
    del('no second end of a schedule', '/export_schedules/{{daily}}'),
    get('no schedule that has ended', '/export_schedules/{{daily}}'),
    get('the schedules that are left', '/export_schedules'),
    get('what the trail has of schedules', '/audit?entity_type=export_schedule&limit=100'),
  ],
};
