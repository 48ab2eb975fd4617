import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mostConnections, PROXY_CONNECTIONS_PERCENT } from '../../infra/database.ts';
import { deploymentSettings } from '../../infra/settings.ts';
import { theResource } from './synthesized.ts';

const DECISION = readFileSync(
  join(import.meta.dirname, '../../docs/decisions/0033-connections-of-functions.md'),
  'utf8',
);
const shown = (count: number): string => count.toLocaleString('en').replaceAll(',', ' ');

/** Instances of an account at once, and the connections of each (`functions.test.ts` counts them at the server). */
const INSTANCES = 1_000;
const OF_AN_INSTANCE = 2;

const { leastCapacity, mostCapacity } = deploymentSettings({});
const ofProxy = (capacity: number): number =>
  Math.floor((mostConnections({ leastCapacity, mostCapacity: capacity }) * PROXY_CONNECTIONS_PERCENT) / 100);

describe('Connections of a thousand functions at once', () => {
  it('are fewer than the proxy may hold, were each of them pinned', () => {
    expect(INSTANCES * OF_AN_INSTANCE).toBeLessThan(ofProxy(mostCapacity));
  });

  it('are what the decision counts with, the smallest cluster that holds them and the alarms included', () => {
    const most = ofProxy(mostCapacity);
    const smallest = Array.from({ length: mostCapacity }, (_, index) => index + 1).find(
      (capacity) => ofProxy(capacity) >= INSTANCES * OF_AN_INSTANCE,
    );
    for (const said of [
      `= ${shown(mostConnections({ leastCapacity, mostCapacity }))}.`,
      `which may hold ${PROXY_CONNECTIONS_PERCENT} % of the connections, ${shown(most)} at ${mostCapacity} units`,
      `With both of each pool, still pinned, ${shown(INSTANCES * OF_AN_INSTANCE)} of ${shown(most)}`,
      `A cluster of fewer than ${smallest} units would meet it`,
      `⌊0.8 × ${shown(most)}⌋ = ${shown(Math.floor(most * 0.8))}, and half of it pinned, ${shown(Math.floor(most / 2))}`,
    ])
      expect(DECISION.replaceAll(/\s+/g, ' ')).toContain(said);
  });

  it('are those of the cluster and the proxy that are deployed', () => {
    expect(theResource('AWS::RDS::DBCluster', {}).Properties['ServerlessV2ScalingConfiguration']).toEqual({
      MinCapacity: leastCapacity,
      MaxCapacity: mostCapacity,
    });
    expect(
      theResource('AWS::RDS::DBProxyTargetGroup', {}).Properties['ConnectionPoolConfigurationInfo'],
    ).toMatchObject({ MaxConnectionsPercent: PROXY_CONNECTIONS_PERCENT });
  });
});
