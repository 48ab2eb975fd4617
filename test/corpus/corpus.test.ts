import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { everyApprovalsStorage } from '../support/approvals-storages.ts';
import { everyStorage } from '../support/every-storage.ts';
import { bothServices } from './both-services.ts';
import { requestIdOf } from './corpus-request.ts';
import { record, recordedResponses } from './recordings.ts';
import { CORPUS } from './requests.ts';
import { responsesOf } from './responses.ts';

const [platforms, approvals] = await Promise.all([
  everyStorage(inject('postgresUrl')),
  everyApprovalsStorage(inject('postgresUrl')),
]);
afterAll(() => Promise.all([platforms.close(), approvals.close()]));

/** `PAYWRIGHT_RECORD_CORPUS=1` records anew what memory answers; the other storages are held against that at once. */
const isRecording = process.env['PAYWRIGHT_RECORD_CORPUS'] === '1';

/** Groups that are mostly answered before a storage is reached run on databases in `npm run test:deep` only. */
const isWhole = isRecording || process.env['PAYWRIGHT_WHOLE_CORPUS'] === '1';
const ANSWERED_BEFORE_STORAGE = [
  'authentication',
  'documents',
  'refused-payments',
  'refused-vendor-payments',
  'work-events',
];

describe.each(platforms.kinds)('on $name', ({ name, open }) => {
  const openApprovals = approvals.kinds.find((kind) => kind.name === name)?.open;
  const groups = Object.entries(CORPUS).filter(
    ([group]) => name === 'memory' || isWhole || !ANSWERED_BEFORE_STORAGE.includes(group),
  );

  it.each(groups)(
    'every request of the group %s has the response that was recorded, byte for byte',
    async (group, requests) => {
      if (openApprovals === undefined) throw new Error(`approvals do not run on ${name}`);
      const responses = await responsesOf(await bothServices(await open(), await openApprovals()), requests);
      if (isRecording && name === 'memory') record(group, responses);
      const recorded = recordedResponses(group);
      expect(responses.map((response) => response.name)).toEqual(recorded.map((response) => response.name));
      for (const [index, { document: _, ...response }] of responses.entries())
        expect.soft(response, response.name).toEqual(recorded[index]);
    },
    300_000,
  );
});

describe('the corpus', () => {
  it('gives each request of a group a request id of its own, so that a replay shows whose response it is', () => {
    for (const { requests } of Object.values(CORPUS)) {
      const ids = requests.map(({ name }) => requestIdOf(name));
      expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
    }
  });

  it('has met every operation of the OpenAPI document with a success', () => {
    const { paths } = JSON.parse(
      recordedResponses('documents').find(({ request }) => request === 'GET /openapi.json')?.body ?? '',
    ) as Readonly<{ paths: Readonly<Record<string, object>> }>;
    const succeeded = Object.keys(CORPUS)
      .flatMap((group) => recordedResponses(group))
      .filter(({ status }) => status < 300)
      .map(({ request }) => request.replace(/\?.*/, ''));
    const missed = Object.entries(paths)
      .flatMap(([path, operations]) =>
        Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
      )
      .filter((operation) => {
        const pattern = new RegExp(`^${operation.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
        return !succeeded.some((request) => pattern.test(request));
      });
    expect(missed).toEqual([]);
  });

  it('has no recording that no group of requests belongs to', () => {
    const files = readdirSync(join(import.meta.dirname, 'recorded'));
    expect(files.toSorted()).toEqual(
      [...Object.keys(CORPUS).map((group) => `${group}.jsonl`), 'openapi.json'].toSorted(),
    );
  });
});
