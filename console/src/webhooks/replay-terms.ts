import type { Schemas } from '../api/api.ts';
import type { EventType } from '../api/event-types.ts';

const HOUR_MS = 3_600_000;

type Chosen = Readonly<{
  hours: number;
  /** A minute as `2026-03-01T10:30`, in the zone that times are read in; empty for now. */
  until: string;
  zone: 'utc' | 'local';
  /** None for each. */
  types: readonly EventType[];
}>;

/**
 * What a replay is of, as the API takes it: so many hours that end then, and none before there was the endpoint. Until now
 * is said by no end at all, so that the server's clock says when that is.
 */
export function replayTerms(
  { hours, until, zone, types }: Chosen,
  { now, created_at }: Readonly<{ now: number; created_at: string }>,
): Pick<Schemas['NewReplay'], 'since' | 'until' | 'event_types'> {
  const end = until === '' ? now : Date.parse(zone === 'utc' ? `${until}Z` : until);
  const from = Math.max(end - hours * HOUR_MS, Date.parse(created_at));
  return {
    since: new Date(Math.min(from, end)).toISOString(),
    ...(until === '' ? {} : { until: new Date(end).toISOString() }),
    ...(types.length === 0 ? {} : { event_types: [...types] }),
  };
}
