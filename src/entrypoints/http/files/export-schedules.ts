import { err, ok, type Result } from 'neverthrow';
import { exportQuery } from '../../../application/files/export-filter.ts';
import type { UseCases } from '../../../application/use-cases.ts';
import { MADE_UP_FOR_MS, MOST_SCHEDULES, type OpenSchedule } from '../../../domain/files/export-schedule.ts';
import { publishedSchedule } from '../../../domain/files/export-schedule-record.ts';
import type { RunTime } from '../../../domain/files/schedule-runs.ts';
import { type ExportScheduleId, type MerchantId, parseId } from '../../../domain/kernel/ids.ts';
import { type JsonObject, jsonText } from '../../../domain/kernel/json.ts';
import { present } from '../../../domain/kernel/present.ts';
import { forTenants, type TenantHandler, withPermission } from '../server/authorization.ts';
import { parseBody } from '../server/body-input.ts';
import { answerVersion, expectedIn } from '../server/entity-tag.ts';
import { type CommittingParts, committedOnce } from '../server/keyed-post.ts';
import type { FailureOf } from '../server/problem.ts';
import { problemTable } from '../server/problem-table.ts';
import { readJson } from '../server/read-json.ts';
import { TIME_ZONE_UNKNOWN } from '../server/report-input.ts';
import { answerJson, type HttpContext, originOf } from '../server/request-context.ts';
import type { MalformedRequest } from '../server/request-problems.ts';
import { answer, created, resource, versioned } from '../server/route.ts';
import { filterIn } from './export-orders.ts';
import { NEEDED } from './export-problems.ts';
import {
  exportSchedule,
  newSchedule,
  type ScheduleTerms,
  scheduleChange,
  schedulePage,
} from './schedule-schemas.ts';

type Served = 'createSchedule' | 'getSchedule' | 'listSchedules' | 'changeSchedule' | 'removeSchedule';

const problems = problemTable<FailureOf<UseCases, Served>>({
  ScheduleNotFound: {
    status: 404,
    code: 'export_schedule_not_found',
    title: 'There is no such export schedule',
    detail: 'The merchant has no export schedule with this id.',
  },
  TimeZoneUnknown: TIME_ZONE_UNKNOWN,
  TooManySchedules: {
    status: 409,
    code: 'too_many_export_schedules',
    title: 'There are too many export schedules',
    detail: `A merchant has ${MOST_SCHEDULES} export schedules at the most. Remove one first.`,
  },
});

const { refuse } = problems;

const postSchedule =
  (parts: Pick<UseCases, 'createSchedule'> & CommittingParts): TenantHandler =>
  async (c, merchantId) => {
    const body = await readJson(c.req.raw).andThen((read) => parseBody(newSchedule, read));
    if (body.isErr()) return refuse(c, body.error);
    const { kind: source, format = 'csv', gzip = false, every, timezone = 'UTC' } = body.value;
    return withPermission(c, NEEDED[source], () =>
      termsIn(body.value)
        .asyncAndThen(({ query = {}, at }) =>
          committedOnce(c, parts, {
            merchantId,
            operation: 'create_export_schedule',
            payload: body.value,
            respond: (schedule: OpenSchedule) => ({
              status: 201,
              location: `/export_schedules/${schedule.id}`,
              version: schedule.version,
              body: jsonText(publishedSchedule(schedule)),
            }),
            work: (claimWith) => {
              const order = { source, format, gzip, query, every, timezone, ...present({ at }) };
              return parts.createSchedule({ ...order, merchantId, origin: originOf(c) }, claimWith);
            },
          }),
        )
        .match(
          (response) => response,
          (failure) => refuse(c, failure),
        ),
    );
  };

/** What the kind or the length of its periods has no use for was meant for something, so it is refused. */
function termsIn({
  kind,
  filters,
  every,
  at,
}: ScheduleTerms): Result<Readonly<{ query?: JsonObject; at?: Partial<RunTime> }>, MalformedRequest> {
  const faults = [
    ...(at?.weekday !== undefined && every !== 'week'
      ? [{ path: ['at', 'weekday'], message: 'is for `every: week` alone' }]
      : []),
    ...(at?.day !== undefined && every !== 'month'
      ? [{ path: ['at', 'day'], message: 'is for `every: month` alone' }]
      : []),
  ];
  if (faults.length > 0) return err({ kind: 'MalformedRequest', faults });
  const given = at === undefined ? {} : { at: present(at) };
  if (filters === undefined) return ok(given);
  return filterIn({ kind, filters }).map((filter) => ({ ...given, query: exportQuery(filter) }));
}

const getSchedules =
  ({ listSchedules }: Pick<UseCases, 'listSchedules'>): TenantHandler =>
  (c, merchantId) =>
    listSchedules(merchantId).match(
      (items) =>
        answerJson(
          200,
          jsonText({ items: items.map(publishedSchedule), next_cursor: null, has_more: false }),
        ),
      (failure) => refuse(c, failure),
    );

const getScheduleById =
  ({ getSchedule }: Pick<UseCases, 'getSchedule'>): TenantHandler =>
  (c, merchantId) =>
    withSchedule(c, merchantId, (target) =>
      getSchedule(target).match(
        (schedule) => answerSchedule(c, schedule),
        (failure) => refuse(c, failure),
      ),
    );

const answerSchedule = (c: HttpContext, schedule: OpenSchedule): Response =>
  answerVersion(c, { version: schedule.version, body: jsonText(publishedSchedule(schedule)) });

const patchSchedule =
  ({ getSchedule, changeSchedule }: Pick<UseCases, 'getSchedule' | 'changeSchedule'>): TenantHandler =>
  (c, merchantId) =>
    withSchedule(c, merchantId, async (target) => {
      const body = await readJson(c.req.raw)
        .andThen((read) => parseBody(scheduleChange, read))
        .andThen((change) => expectedIn(c).map((expecting) => ({ change, expecting })));
      if (body.isErr()) return refuse(c, body.error);
      const found = await getSchedule(target);
      if (found.isErr()) return refuse(c, found.error);
      const { source: kind } = found.value;
      const { change, expecting } = body.value;
      const { filters, every = found.value.every, at, format, gzip, timezone, status } = change;
      return withPermission(c, NEEDED[kind], () =>
        termsIn({ kind, every, ...present({ filters, at }) })
          .asyncAndThen((terms) =>
            changeSchedule({
              ...target,
              ...expecting,
              ...terms,
              ...present({ format, gzip, every: change.every, timezone, status }),
              origin: originOf(c),
            }),
          )
          .match(
            (schedule) => answerSchedule(c, schedule),
            (failure) => refuse(c, failure),
          ),
      );
    });

const deleteSchedule =
  ({ removeSchedule }: Pick<UseCases, 'removeSchedule'>): TenantHandler =>
  (c, merchantId) =>
    withSchedule(c, merchantId, (target) =>
      expectedIn(c)
        .asyncAndThen((expecting) => removeSchedule({ ...target, ...expecting, origin: originOf(c) }))
        .match(
          () => new Response(null, { status: 204 }),
          (failure) => refuse(c, failure),
        ),
    );

type Target = Readonly<{ merchantId: MerchantId; id: ExportScheduleId }>;

/** What cannot be the id of a schedule is answered as an id that none has. */
async function withSchedule(
  c: HttpContext,
  merchantId: MerchantId,
  serve: (target: Target) => Promise<Response>,
): Promise<Response> {
  const id = parseId('sch', c.req.param('id') ?? '');
  return id === undefined ? refuse(c, { kind: 'ScheduleNotFound' }) : serve({ merchantId, id });
}

const pathParameters = {
  id: { schema: { type: 'string' }, example: 'sch_01990000000070008000000000000001' },
} as const;
const NEEDS =
  'Of the kinds `ledger_entries` and `journal` with the permission `transfers` too, of `audit` with the permission `audit`, ' +
  'of `settlements` with the permission `settlements`.';

export const exportSchedules = resource({
  tag: {
    name: 'export schedules',
    description: 'Exports that are ordered once each day, week or month is over.',
  },
  problems,
  routes: [
    forTenants('exports', postSchedule, {
      method: 'post',
      path: '/export_schedules',
      operationId: 'createExportSchedule',
      summary: 'Order a file of every day, week or month',
      description:
        'Of each period one file, ordered in the period after it. Runs that no worker was there for are made up, each once, unless they ' +
        `are more than ${MADE_UP_FOR_MS / 86_400_000} days late. ${NEEDS}`,
      body: newSchedule,
      responses: { 201: created('export schedule', exportSchedule) },
      refusals: [409],
    }),
    forTenants('exports', getSchedules, {
      method: 'get',
      path: '/export_schedules',
      operationId: 'listExportSchedules',
      summary: 'List export schedules, newest first',
      responses: { 200: answer('All of them.', schedulePage) },
    }),
    forTenants('exports', getScheduleById, {
      method: 'get',
      path: '/export_schedules/{id}',
      pathParameters,
      operationId: 'getExportSchedule',
      summary: 'Read an export schedule, with its next run and its last',
      responses: { 200: versioned('The schedule.', exportSchedule) },
      refusals: [404],
    }),
    forTenants('exports', patchSchedule, {
      method: 'patch',
      path: '/export_schedules/{id}',
      pathParameters,
      operationId: 'changeExportSchedule',
      summary: 'Change, pause or resume an export schedule',
      description:
        'Which period is next stays when the time or the time zone changes. Another length of periods, or the end of a pause, begins with ' +
        `the first run that is still to come. ${NEEDS}`,
      body: scheduleChange,
      ifMatch: 'export schedule',
      responses: { 200: versioned('The schedule as it is now.', exportSchedule) },
      refusals: [404, 409],
    }),
    forTenants('exports', deleteSchedule, {
      method: 'delete',
      path: '/export_schedules/{id}',
      pathParameters,
      operationId: 'removeExportSchedule',
      summary: 'Remove an export schedule',
      description: 'Exports that it ordered stay.',
      ifMatch: 'export schedule',
      responses: { 204: { description: 'Removed.' } },
      refusals: [404, 409],
    }),
  ],
});
