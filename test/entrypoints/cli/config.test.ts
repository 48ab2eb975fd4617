import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '../../../src/domain/approvals/policy.ts';
import { ANOMALY_RULES } from '../../../src/domain/audit/anomalies.ts';
import { configOf, faultsOf, namesOf, production, read, SECRET } from '../../support/configuration.ts';

describe('configuration', () => {
  it('sets for how many days files of processors are kept, at least one', () => {
    const days = (text?: string) =>
      configOf(text === undefined ? {} : { PAYWRIGHT_PROCESSOR_FILE_DAYS: text }).platform.fileTerms
        .keepFilesMs / 86_400_000;
    expect([days(), days('1'), days('3660')]).toEqual([90, 1, 3_660]);
    for (const text of ['0', '3661', '1.5', '-1'])
      expect(namesOf({ PAYWRIGHT_PROCESSOR_FILE_DAYS: text })).toEqual(['PAYWRIGHT_PROCESSOR_FILE_DAYS']);
  });

  it('sets what counts as an anomaly', () => {
    expect(configOf({}).platform.anomalyRules).toEqual(ANOMALY_RULES);
    const changed = configOf({
      PAYWRIGHT_ANOMALY_FAILED_AUTH: '9',
      PAYWRIGHT_ANOMALY_AMOUNT: '5000000',
      PAYWRIGHT_ANOMALY_AMOUNTS: 'JPY:750000000, KWD:1500000',
      PAYWRIGHT_ANOMALY_VELOCITY: '20',
      PAYWRIGHT_ANOMALY_FAILURES: '7',
    });
    expect(changed.platform.anomalyRules).toEqual({
      mostFailedAuthentications: 9,
      mostAmount: 5_000_000n,
      mostAmounts: { JPY: 750_000_000n, KWD: 1_500_000n },
      velocity: { count: 20, withinMs: 60_000 },
      failures: { count: 7, withinMs: 1_800_000 },
    });
    expect(namesOf({ PAYWRIGHT_ANOMALY_VELOCITY: '1', PAYWRIGHT_ANOMALY_AMOUNT: '-1' })).toEqual([
      'PAYWRIGHT_ANOMALY_AMOUNT',
      'PAYWRIGHT_ANOMALY_VELOCITY',
    ]);
    for (const amounts of [
      'JPY',
      'JPY:',
      'jpy:1',
      'JPY:-1',
      'JPY:1.5',
      'JPY=1',
      'XXX:1',
      'USD:1',
      'JPY:1,JPY:2',
      ',',
    ])
      expect([amounts, new Set(namesOf({ PAYWRIGHT_ANOMALY_AMOUNTS: amounts }))]).toEqual([
        amounts,
        new Set(['PAYWRIGHT_ANOMALY_AMOUNTS']),
      ]);
  });

  it('sets what a server holds for its clients', () => {
    const { limits } = configOf({
      PAYWRIGHT_MAX_CONNECTIONS: '20',
      PAYWRIGHT_WRITE_TIMEOUT_MS: '500',
      PAYWRIGHT_MAX_IN_FLIGHT: '8',
      PAYWRIGHT_MAX_WAIT_MS: '90',
    }).http;
    expect(limits).toEqual({ maxConnections: 20, writeTimeoutMs: 500, maxInFlight: 8, maxWaitMs: 90 });
    expect(namesOf({ PAYWRIGHT_MAX_CONNECTIONS: '0', PAYWRIGHT_WRITE_TIMEOUT_MS: 'never' })).toEqual([
      'PAYWRIGHT_MAX_CONNECTIONS',
      'PAYWRIGHT_WRITE_TIMEOUT_MS',
    ]);
  });

  it('sets how long before it lapses an authorization is voided, never none', () => {
    const marginOf = (minutes?: string) =>
      configOf(minutes === undefined ? {} : { PAYWRIGHT_AUTHORIZATION_MARGIN_MINUTES: minutes }).platform
        .authorizationMarginMs;
    expect([marginOf(), marginOf('90')]).toEqual([12 * 3_600_000, 90 * 60_000]);
    for (const wrong of ['0', '43201', '1.5', 'soon'])
      expect(namesOf({ PAYWRIGHT_AUTHORIZATION_MARGIN_MINUTES: wrong })).toEqual([
        'PAYWRIGHT_AUTHORIZATION_MARGIN_MINUTES',
      ]);
  });

  it('sets what approvals ask for', () => {
    expect(configOf({}).approvals.rules).toEqual({
      policy: DEFAULT_POLICY,
      thresholds: { flagged: 700, high: 500, medium: 300 },
      payouts: { leaseMs: 30_000 },
      claims: { keepResponsesMs: 86_400_000 },
      eventSources: ['roadcall.incident-service'],
    });
    const policy = {
      tiers: [
        { upToCents: 10_000, approvals: 1, roles: ['dispatcher', 'admin'] },
        { approvals: 3, roles: ['admin'] },
      ],
    };
    const { rules } = configOf({
      PAYWRIGHT_APPROVAL_POLICY: JSON.stringify(policy),
      PAYWRIGHT_FRAUD_FLAGGED: '1.0',
      PAYWRIGHT_FRAUD_HIGH: '0.57',
      PAYWRIGHT_FRAUD_MEDIUM: '0.001',
      PAYWRIGHT_EVENT_SOURCES: 'roadcall.incident-service, depot',
    }).approvals;
    expect(rules).toMatchObject({
      policy: {
        tiers: [
          { upToCents: 10_000n, approvals: 1, roles: ['dispatcher', 'admin'], including: [] },
          { approvals: 3, roles: ['admin'], including: [] },
        ],
        flagged: ['admin'],
      },
      thresholds: { flagged: 1_000, high: 570, medium: 1 },
      eventSources: ['roadcall.incident-service', 'depot'],
    });
  });

  it('sends approvals to the queue and the bus that are named, and keeps them in their database otherwise', () => {
    const kept = { queue: { kind: 'storage' }, bus: { kind: 'storage' } };
    expect(configOf({}).approvals).toMatchObject(kept);
    expect(configOf(production()).approvals).toMatchObject(kept);
    const url = 'https://sqs.eu-central-1.amazonaws.com/000000000000/approvals';
    const named = {
      AWS_REGION: 'eu-central-1',
      APPROVAL_QUEUE_URL: url,
      EVENT_BUS_NAME: 'arn:aws:events:eu-central-1:000000000000:event-bus/approvals',
      PAYWRIGHT_APPROVAL_QUEUE: undefined,
      PAYWRIGHT_EVENT_BUS: undefined,
    };
    for (const env of [named, production(named)])
      expect(configOf(env).approvals).toMatchObject({
        queue: { kind: 'sqs', url, region: 'eu-central-1' },
        bus: { kind: 'event_bridge', name: named.EVENT_BUS_NAME, region: 'eu-central-1' },
      });
  });

  it('takes tokens for an audience, for clients of Cognito, or for either', () => {
    const issued = { JWT_JWKS_URL: 'https://id.example/jwks', JWT_ISSUER: 'https://id.example' };
    const jwks = { kind: 'jwks', url: issued.JWT_JWKS_URL, issuer: issued.JWT_ISSUER };
    const clients = { JWT_CLIENT_IDS: '4h57kdf, 7lqcp+x' };
    for (const env of [
      { ...issued, ...clients },
      production({ ...issued, ...clients, JWT_AUDIENCE: undefined }),
    ])
      expect(configOf(env).jwt).toEqual({ ...jwks, clientIds: ['4h57kdf', '7lqcp+x'] });
    expect(configOf({ ...issued, ...clients, JWT_AUDIENCE: 'api' }).jwt).toEqual({
      ...jwks,
      audience: 'api',
      clientIds: ['4h57kdf', '7lqcp+x'],
    });
    expect(configOf({ ...issued, JWT_AUDIENCE: 'api' }).jwt).toEqual({ ...jwks, audience: 'api' });
  });

  it('names the claim by which approvals know a person, and no claim that many share', () => {
    expect(configOf({}).jwt).not.toHaveProperty('personClaim');
    expect(configOf({ PAYWRIGHT_PERSON_CLAIM: 'custom:employee' }).jwt.personClaim).toBe('custom:employee');
    for (const claim of ['iss', 'jti', 'two words', 'é'])
      expect(namesOf({ PAYWRIGHT_PERSON_CLAIM: claim })).toEqual(['PAYWRIGHT_PERSON_CLAIM']);
  });

  it.each([
    ['no JSON', '{'],
    ['no tiers', '{"tiers":[]}'],
    ['a last tier with a bound', '{"tiers":[{"upToCents":1,"approvals":1,"roles":["admin"]}]}'],
    [
      'tiers that do not ascend',
      '{"tiers":[{"upToCents":5,"approvals":1,"roles":["admin"]},{"upToCents":5,"approvals":1,"roles":["admin"]},{"approvals":1,"roles":["admin"]}]}',
    ],
    ['a tier that nobody can approve', '{"tiers":[{"approvals":1,"roles":["vendor"]}],"flagged":[]}'],
    ['a tier that asks for nobody', '{"tiers":[{"approvals":0,"roles":["admin"]}]}'],
    [
      'a tier whose roles cannot approve what is flagged',
      '{"tiers":[{"approvals":1,"roles":["dispatcher"]}]}',
    ],
    ['an unknown role', '{"tiers":[{"approvals":1,"roles":["admin","owner"]}]}'],
    ['an unknown field', '{"tiers":[{"approvals":1,"roles":["admin"],"amount":1}]}'],
  ])('refuses an approval policy with %s, in one line', (_, policy) => {
    const faults = faultsOf({ PAYWRIGHT_APPROVAL_POLICY: policy });
    expect(faults.map(({ name }) => name)).toEqual(['PAYWRIGHT_APPROVAL_POLICY']);
  });

  it.each([
    ['PAYWRIGHT_FRAUD_RULES', '{"version":"x","version":"y"}', 'version: is given twice'],
    [
      'PAYWRIGHT_APPROVAL_POLICY',
      '{"tiers":[{"approvals":1,"approvals":2,"roles":["admin"]}]}',
      'tiers.0.approvals: is given twice',
    ],
  ])('refuses in %s a name that is given twice', (name, text, says) => {
    expect(faultsOf({ [name]: text })).toEqual([{ name, says: expect.stringContaining(says) }]);
  });

  it('refuses scores that are none, or that are not in order', () => {
    for (const score of ['0.7001', '1.001', '-0.1', '70', '.5', '5e-1'])
      expect(namesOf({ PAYWRIGHT_FRAUD_FLAGGED: score })).toEqual(['PAYWRIGHT_FRAUD_FLAGGED']);
    expect(namesOf({ PAYWRIGHT_FRAUD_HIGH: '0.7' })).toEqual(['PAYWRIGHT_FRAUD_FLAGGED']);
    expect(namesOf({ PAYWRIGHT_FRAUD_MEDIUM: '0' })).toEqual(['PAYWRIGHT_FRAUD_FLAGGED']);
    expect(namesOf({ PAYWRIGHT_EVENT_SOURCES: 'a,,b' })).toEqual(['PAYWRIGHT_EVENT_SOURCES']);
  });

  it('needs nothing at all in development', () => {
    const config = configOf({});
    expect(config).toMatchObject({
      stage: 'development',
      http: {
        host: '127.0.0.1',
        port: 8080,
        corsOrigins: [],
        trustedProxies: [],
        limits: { maxConnections: 1_000, writeTimeoutMs: 20_000, maxInFlight: 256, maxWaitMs: 1_500 },
      },
      logLevel: 'info',
      dataDir: '.paywright',
      jwt: { kind: 'hs256', issuer: 'paywright', audience: 'paywright', secret: SECRET },
      platform: {
        storage: { kind: 'postgres', at: { kind: 'embedded' } },
        claimTerms: { leaseMs: 30_000, keepResponsesMs: 86_400_000 },
        processorTimeoutMs: 10_000,
      },
    });
  });

  it('counts an empty variable as absent', () => {
    expect(configOf({ STORAGE: '', PORT: '', JWT_SECRET: '' }).platform.storage.kind).toBe('postgres');
  });

  it('leaves the settings of others alone', () => {
    expect(read({ ADYEN_API_KEY: 'x', npm_config_x: 'y', PATH: '/bin' }).isOk()).toBe(true);
  });
});
