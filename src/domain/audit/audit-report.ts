import { rfc3339 } from '../kernel/instant.ts';
import type { JsonObject } from '../kernel/json.ts';
import { present } from '../kernel/present.ts';
import {
  type Anomaly,
  type AnomalyRules,
  type AuditFact,
  excessiveFailedAuth,
  type FailedAuthentications,
  watchTrail,
} from './anomalies.ts';

/** What happened to one merchant in a time. */
export type AuditReport = Readonly<{
  totalEvents: number;
  /** By action. */
  eventsByType: ReadonlyMap<string, number>;
  /** By the id of the actor. */
  userActivity: ReadonlyMap<string, number>;
  /** Newest first. */
  anomalies: readonly Anomaly[];
  /** Older ones beyond `MOST_ANOMALIES`, counted only. */
  anomaliesOmitted: number;
}>;

export const MOST_ANOMALIES = 1_000;

/**
 * Adds up a report from a trail of any length: `add` every fact, newest first, then ask for the `report`. What it holds
 * grows with the number of actors, not of events.
 */
export type AuditReporting = Readonly<{
  add(fact: AuditFact): void;
  report(failed: readonly FailedAuthentications[]): AuditReport;
}>;

export function auditReporting(rules: AnomalyRules): AuditReporting {
  const watch = watchTrail(rules);
  const eventsByType = new Map<string, number>();
  const userActivity = new Map<string, number>();
  const anomalies: Anomaly[] = [];
  let totalEvents = 0;
  let found = 0;
  return {
    add(fact) {
      totalEvents += 1;
      count(eventsByType, fact.entry.action);
      count(userActivity, fact.entry.actor.id);
      for (const anomaly of watch(fact)) {
        found += 1;
        if (anomalies.length < MOST_ANOMALIES) anomalies.push(anomaly);
      }
    },
    report(failed) {
      const refused = excessiveFailedAuth(failed, rules);
      const all = [...anomalies, ...refused].sort((a, b) => b.timestamp - a.timestamp);
      const listed = all.slice(0, MOST_ANOMALIES);
      const anomaliesOmitted = found + refused.length - listed.length;
      return { totalEvents, eventsByType, userActivity, anomalies: listed, anomaliesOmitted };
    },
  };
}

const count = (counts: Map<string, number>, name: string) => counts.set(name, (counts.get(name) ?? 0) + 1);

/** A report under the names it is published with. `anomalies_omitted` is there only when some are. */
export const auditReportRecord = (report: AuditReport): JsonObject => ({
  total_events: report.totalEvents,
  events_by_type: sorted(report.eventsByType),
  user_activity: sorted(report.userActivity),
  anomalies: report.anomalies.map(({ type, description, severity, timestamp, entityId }) => ({
    type,
    description,
    severity,
    timestamp: rfc3339(timestamp),
    ...present({ entity_id: entityId }),
  })),
  ...(report.anomaliesOmitted === 0 ? {} : { anomalies_omitted: report.anomaliesOmitted }),
});

const sorted = (counts: ReadonlyMap<string, number>): JsonObject =>
  Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
