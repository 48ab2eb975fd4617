import { describe, expect, it } from 'vitest';
import { replayTerms } from '../../console/src/webhooks/replay-terms.ts';

const now = Date.parse('2026-03-10T12:00:00.000Z');
const endpoint = { now, created_at: '2026-03-01T00:00:00.000Z' };
const chosen = { hours: 24, until: '', zone: 'utc', types: [] } as const;

describe('the terms of a replay', () => {
  it('have no end where none is chosen, and are of all types', () => {
    expect(replayTerms(chosen, endpoint)).toEqual({ since: '2026-03-09T12:00:00.000Z' });
  });

  it('end when it is chosen, in the zone that times are read in, and reach back from there', () => {
    const until = '2026-03-05T10:30';
    expect(replayTerms({ ...chosen, until }, endpoint)).toEqual({
      since: '2026-03-04T10:30:00.000Z',
      until: '2026-03-05T10:30:00.000Z',
    });
    expect(replayTerms({ ...chosen, until, zone: 'local' }, endpoint).until).toBe(
      new Date(until).toISOString(),
    );
  });

  it('begin with the endpoint, and never after their end', () => {
    const month = { ...chosen, hours: 720 };
    expect(replayTerms(month, endpoint)).toEqual({ since: endpoint.created_at });
    expect(replayTerms({ ...month, until: '2026-02-01T00:00' }, endpoint)).toEqual({
      since: '2026-02-01T00:00:00.000Z',
      until: '2026-02-01T00:00:00.000Z',
    });
  });

  it('name the types that are chosen', () => {
    expect(replayTerms({ ...chosen, types: ['payment.failed'] }, endpoint)).toMatchObject({
      event_types: ['payment.failed'],
    });
  });
});
