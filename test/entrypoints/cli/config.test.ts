import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '../../../src/domain/approvals/policy.ts';
import { ANOMALY_RULES } from '../../../src/domain/audit/anomalies.ts';
import { type Config, type Environment, readConfig } from '../../../src/entrypoints/cli/config.ts';
import { type Fault, faultLine } from '../../../src/entrypoints/cli/faults.ts';
import { localSecret } from '../../../src/entrypoints/cli/local-secret.ts';

const SECRET = 'mR8vQ2xK0nZ5wTf1LbYc7GdHj4SpAe9U';
const JWT_SECRET = 'u7Fk2Lq9XzR4mTb8WcYe1NdHg5JpVa3S';
const CUSTOMER_KEY = 'Zq3T8mW5xK1vB7nR2yL9cF4hJ6dG0sPaEuXiOwYtUbM';

const read = (env: Environment) => readConfig(env, () => SECRET);
const configOf = (env: Environment): Config => read(env)._unsafeUnwrap();
const faultsOf = (env: Environment): readonly Fault[] => read(env)._unsafeUnwrapErr();
const namesOf = (env: Environment) => faultsOf(env).map(({ name }) => name);

/** An environment that production accepts, with what the test is about laid over it. */
const production = (changes: Environment = {}): Environment => ({
  STAGE: 'production',
  DATABASE_URL: 'postgres://app:pw@db.example:5432/paywright?sslmode=verify-full',
  JWT_JWKS_URL: 'https://id.example/.well-known/jwks.json',
  JWT_ISSUER: 'https://id.example',
  JWT_AUDIENCE: 'paywright',
  PAYWRIGHT_SECRET: SECRET,
  PAYWRIGHT_CUSTOMER_KEYS: `k1:${CUSTOMER_KEY}`,
  PAYWRIGHT_PROCESSOR: 'simulator',
  PAYWRIGHT_OBJECTS: 'folder',
  ...changes,
});

describe('configuration', () => {
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

  it('refuses scores that are none, or that are not in order', () => {
    for (const score of ['0.7001', '1.001', '-0.1', '70', '.5', '5e-1'])
      expect(namesOf({ PAYWRIGHT_FRAUD_FLAGGED: score })).toEqual(['PAYWRIGHT_FRAUD_FLAGGED']);
    expect(namesOf({ PAYWRIGHT_FRAUD_HIGH: '0.7' })).toEqual(['PAYWRIGHT_FRAUD_FLAGGED']);
    expect(namesOf({ PAYWRIGHT_FRAUD_MEDIUM: '0' })).toEqual(['PAYWRIGHT_FRAUD_FLAGGED']);
    expect(namesOf({ PAYWRIGHT_EVENT_SOURCES: 'a,,b' })).toEqual(['PAYWRIGHT_EVENT_SOURCES']);
  });

  it('places each service on a storage of its own', () => {
    const { platform, approvals } = configOf({
      PLATFORM_STORAGE: 'dynamodb',
      APPROVALS_STORAGE: 'postgres',
      STORAGE: 'memory',
    });
    expect([platform.storage.kind, approvals.storage.kind]).toEqual(['dynamodb', 'postgres']);
    expect([platform.simulatorFile, approvals.payoutsFile]).toEqual([
      '.paywright/simulator.sqlite',
      '.paywright/payouts.sqlite',
    ]);
    const mixed = configOf({ STORAGE: 'postgres', APPROVALS_STORAGE: 'memory' });
    expect(mixed.approvals).toMatchObject({ storage: { kind: 'memory' }, payoutsFile: ':memory:' });
    expect(mixed.platform.secret).toBe(mixed.approvals.secret);
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

  it('keeps the keys of customers in a file unless they are given, the current one first', () => {
    expect(configOf({}).platform.keys).toEqual({ kind: 'file', file: '.paywright/keys.json' });
    const [a, b] = ['A'.repeat(43), 'B'.repeat(43)];
    expect(configOf({ PAYWRIGHT_CUSTOMER_KEYS: `new:${a}, old:${b}` }).platform.keys).toEqual({
      kind: 'given',
      ring: [
        { id: 'new', secret: a },
        { id: 'old', secret: b },
      ],
    });
  });

  it('counts an empty variable as absent', () => {
    expect(configOf({ STORAGE: '', PORT: '', JWT_SECRET: '' }).platform.storage.kind).toBe('postgres');
  });

  it('lets a service have a storage of its own', () => {
    expect(configOf({ STORAGE: 'postgres', PLATFORM_STORAGE: 'dynamodb' }).platform.storage).toEqual({
      kind: 'dynamodb',
      table: 'paywright',
      region: 'us-east-1',
      at: { kind: 'embedded' },
    });
  });

  it('finds Aurora by its secret', () => {
    const env = {
      AURORA_SECRET_ARN: 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:db',
      AURORA_ENDPOINT: 'cluster.example:5433',
      DATABASE_NAME: 'paywright',
      AWS_REGION: 'eu-central-1',
    };
    expect(configOf(env).platform.storage).toEqual({
      kind: 'postgres',
      at: {
        kind: 'aurora',
        secretArn: env.AURORA_SECRET_ARN,
        host: 'cluster.example',
        port: 5433,
        database: 'paywright',
        region: 'eu-central-1',
      },
    });
    const { DATABASE_URL: _, ...withoutUrl } = production(env);
    expect(read(withoutUrl).isOk()).toBe(true);
  });

  it('keeps the simulator’s books in memory exactly when the payments are', () => {
    expect(configOf({ STORAGE: 'memory' }).platform.simulatorFile).toBe(':memory:');
    expect(configOf({ STORAGE: 'memory' }).platform.objectsFolder).toBe(':memory:');
    expect(configOf({ PAYWRIGHT_DATA_DIR: 'here' }).platform.objectsFolder).toBe('here/objects');
    expect(configOf({ PAYWRIGHT_DATA_DIR: 'here' }).platform.simulatorFile).toBe('here/simulator.sqlite');
  });

  it('leaves the settings of others alone', () => {
    expect(read({ EVENT_BUS_NAME: 'x', KMS_KEY_ID: 'x', npm_config_x: 'y', PATH: '/bin' }).isOk()).toBe(true);
  });

  it('opens /metrics to a development machine alone', () => {
    const accessIn = (env: Environment) => configOf(env).metrics;
    expect(accessIn({})).toEqual({ access: { kind: 'open' } });
    expect(accessIn({ HOST: '0.0.0.0', PAYWRIGHT_EXPOSE_DEVELOPMENT: '1' })).toEqual({
      access: { kind: 'elsewhere' },
    });
    expect(accessIn(production())).toEqual({ access: { kind: 'elsewhere' } });
    expect(accessIn(production({ PAYWRIGHT_METRICS_TOKEN: JWT_SECRET }))).toEqual({
      access: { kind: 'token', token: JWT_SECRET },
    });
    expect(accessIn(production({ PAYWRIGHT_METRICS_PORT: '9464' }))).toEqual({
      access: { kind: 'elsewhere' },
      port: 9464,
    });
    expect(namesOf({ PAYWRIGHT_METRICS_PORT: '9464', PAYWRIGHT_METRICS_TOKEN: JWT_SECRET })).toEqual([
      'PAYWRIGHT_METRICS_TOKEN',
    ]);
  });

  it('accepts a production that is safe', () => {
    const config = configOf(production());
    expect(config.jwt).toMatchObject({ kind: 'jwks' });
    expect(
      configOf(production({ STORAGE: 'dynamodb', AWS_REGION: 'eu-central-1' })).platform.storage,
    ).toMatchObject({
      at: { kind: 'aws' },
    });
    expect(read(production({ JWT_JWKS_URL: undefined, JWT_SECRET, JWT_ALLOW_HS256: '1' })).isOk()).toBe(true);
  });

  const REFUSED: readonly (readonly [promise: string, names: readonly string[], env: Environment])[] = [
    ['an unknown storage', ['STORAGE'], { STORAGE: 'mongodb' }],
    ['an unknown storage of one service', ['APPROVALS_STORAGE'], { APPROVALS_STORAGE: 'mysql' }],
    ['a database URL that is none', ['DATABASE_URL'], { DATABASE_URL: 'not a url' }],
    ['a database URL of another database', ['DATABASE_URL'], { DATABASE_URL: 'mysql://h/db' }],
    ['half of Aurora', ['AURORA_SECRET_ARN', 'DATABASE_NAME'], { AURORA_ENDPOINT: 'h' }],
    [
      'two databases',
      ['DATABASE_URL'],
      {
        DATABASE_URL: 'postgres://h/db',
        AURORA_SECRET_ARN: 'arn:aws:secretsmanager:eu-central-1:1:secret:x',
        AURORA_ENDPOINT: 'h',
        DATABASE_NAME: 'db',
      },
    ],
    ['a region that cannot be', ['AWS_REGION'], { AWS_REGION: 'moon' }],
    ['a table name of two letters', ['DYNAMODB_TABLE'], { DYNAMODB_TABLE: 'ab' }],
    ['a DynamoDB endpoint without a scheme', ['DYNAMODB_ENDPOINT'], { DYNAMODB_ENDPOINT: 'localhost:8000' }],
    ['a short JWT secret', ['JWT_SECRET'], { JWT_SECRET: 's'.repeat(31) }],
    ['a secret and a JWKS', ['JWT_SECRET'], { ...jwks(), JWT_SECRET }],
    ['a JWKS without issuer and audience', ['JWT_ISSUER', 'JWT_AUDIENCE'], { JWT_JWKS_URL: 'https://x/y' }],
    ['a flag that is neither 0 nor 1', ['JWT_ALLOW_HS256'], { JWT_ALLOW_HS256: 'yes' }],
    ['a port in words', ['PORT'], { PORT: 'http' }],
    ['a port with a fraction', ['PORT'], { PORT: '80.5' }],
    ['a port in another base', ['PORT'], { PORT: '0x50' }],
    ['a port past the last', ['PORT'], { PORT: '65536' }],
    ['a host with a space', ['HOST'], { HOST: 'my host' }],
    ['an unknown log level', ['LOG_LEVEL'], { LOG_LEVEL: 'loud' }],
    ['an unknown stage', ['STAGE'], { STAGE: 'prod' }],
    ['a short secret', ['PAYWRIGHT_SECRET'], { PAYWRIGHT_SECRET: 'short' }],
    ['an unknown place of files', ['PAYWRIGHT_OBJECTS'], { PAYWRIGHT_OBJECTS: 'bucket' }],
    ['an unknown processor', ['PAYWRIGHT_PROCESSOR'], { PAYWRIGHT_PROCESSOR: 'acme' }],
    ['an unknown PAYWRIGHT name', ['PAYWRIGHT_LEASE'], { PAYWRIGHT_LEASE: '1' }],
    ['a negative lease', ['PAYWRIGHT_LEASE_MS'], { PAYWRIGHT_LEASE_MS: '-1' }],
    ['a lease shorter than the processor may take', ['PAYWRIGHT_LEASE_MS'], { PAYWRIGHT_LEASE_MS: '9000' }],
    [
      'a lease as long as the processor may take',
      ['PAYWRIGHT_LEASE_MS'],
      { PAYWRIGHT_LEASE_MS: '5000', PAYWRIGHT_PROCESSOR_TIMEOUT_MS: '5000' },
    ],
    [
      'answers kept for less than a day',
      ['PAYWRIGHT_KEY_RETENTION_HOURS'],
      { PAYWRIGHT_KEY_RETENTION_HOURS: '23' },
    ],
    [
      'proxies that are no addresses',
      ['PAYWRIGHT_TRUSTED_PROXIES', 'PAYWRIGHT_TRUSTED_PROXIES'],
      { PAYWRIGHT_TRUSTED_PROXIES: '10.0.0.0/8,balancer.example,0.0.0.0/0' },
    ],
    ['every origin', ['PAYWRIGHT_CORS_ORIGINS'], { PAYWRIGHT_CORS_ORIGINS: '*' }],
    ['an origin with a path', ['PAYWRIGHT_CORS_ORIGINS'], { PAYWRIGHT_CORS_ORIGINS: 'https://a.example/x' }],
    ['memory in production', ['STORAGE'], production({ STORAGE: 'memory' })],
    [
      'memory of one service in production',
      ['APPROVALS_STORAGE'],
      production({ APPROVALS_STORAGE: 'memory' }),
    ],
    ['an embedded database in production', ['DATABASE_URL'], production({ DATABASE_URL: undefined })],
    ['HS256 in production', ['JWT_SECRET'], production({ JWT_JWKS_URL: undefined, JWT_SECRET })],
    [
      'a short HS256 secret in production, allowed or not',
      ['JWT_SECRET'],
      production({ ...jwks(undefined), JWT_SECRET: 'short', JWT_ALLOW_HS256: '1' }),
    ],
    ['no issuer in production', ['JWT_ISSUER'], production({ JWT_ISSUER: undefined })],
    [
      'no audience in production, with HS256 allowed',
      ['JWT_AUDIENCE'],
      production({ JWT_JWKS_URL: undefined, JWT_SECRET, JWT_ALLOW_HS256: '1', JWT_AUDIENCE: '' }),
    ],
    ['no way to check tokens in production', ['JWT_JWKS_URL'], production({ JWT_JWKS_URL: undefined })],
    [
      'a JWKS in the clear in production',
      ['JWT_JWKS_URL'],
      production({ JWT_JWKS_URL: 'http://id.example/x' }),
    ],
    [
      'a JWKS in the clear in production, however it is spelt',
      ['JWT_JWKS_URL'],
      production({ JWT_JWKS_URL: ' HTTP:id.example/x' }),
    ],
    ['a local key file in production', ['PAYWRIGHT_SECRET'], production({ PAYWRIGHT_SECRET: undefined })],
    [
      'a local key file for customers in production',
      ['PAYWRIGHT_CUSTOMER_KEYS'],
      production({ PAYWRIGHT_CUSTOMER_KEYS: undefined }),
    ],
    ['a key that is too short', ['PAYWRIGHT_CUSTOMER_KEYS'], { PAYWRIGHT_CUSTOMER_KEYS: 'k1:short' }],
    ['a key without an id', ['PAYWRIGHT_CUSTOMER_KEYS'], { PAYWRIGHT_CUSTOMER_KEYS: 'A'.repeat(43) }],
    [
      'two keys with one id',
      ['PAYWRIGHT_CUSTOMER_KEYS'],
      { PAYWRIGHT_CUSTOMER_KEYS: `k1:${'A'.repeat(43)},k1:${'B'.repeat(43)}` },
    ],
    [
      'a secret of one letter in production',
      ['PAYWRIGHT_SECRET'],
      production({ PAYWRIGHT_SECRET: 's'.repeat(64) }),
    ],
    [
      'a secret of one word again and again in production',
      ['PAYWRIGHT_SECRET'],
      production({ PAYWRIGHT_SECRET: 'p4y-wr1ght!'.repeat(6) }),
    ],
    [
      'one secret for two purposes in production',
      ['JWT_SECRET'],
      production({ JWT_JWKS_URL: undefined, JWT_ALLOW_HS256: '1', JWT_SECRET: SECRET }),
    ],
    [
      'a customers’ key that can be guessed in production',
      ['PAYWRIGHT_CUSTOMER_KEYS'],
      production({ PAYWRIGHT_CUSTOMER_KEYS: `k1:${'A'.repeat(43)}` }),
    ],
    ...['0.0.0.0', '::', '192.168.1.4', 'shop.example', '127.0.0.1.example'].map(
      (host) => [`development at ${host}, which other machines reach`, ['HOST'], { HOST: host }] as const,
    ),
    ['a short secret in production', ['PAYWRIGHT_SECRET'], production({ PAYWRIGHT_SECRET: 'short' })],
    ['no place of files in production', ['PAYWRIGHT_OBJECTS'], production({ PAYWRIGHT_OBJECTS: undefined })],
    ['no processor in production', ['PAYWRIGHT_PROCESSOR'], production({ PAYWRIGHT_PROCESSOR: undefined })],
    ['no region in production', ['AWS_REGION'], production({ STORAGE: 'dynamodb' })],
    [
      'a DynamoDB of one’s own in production',
      ['DYNAMODB_ENDPOINT'],
      production({ STORAGE: 'dynamodb', AWS_REGION: 'eu-central-1', DYNAMODB_ENDPOINT: 'https://x.example' }),
    ],
    [
      'an AWS endpoint override in production',
      ['AWS_ENDPOINT_URL_DYNAMODB'],
      production({ AWS_ENDPOINT_URL_DYNAMODB: 'https://x.example' }),
    ],
    [
      'TLS verification turned off in production',
      ['NODE_TLS_REJECT_UNAUTHORIZED'],
      production({ NODE_TLS_REJECT_UNAUTHORIZED: '0' }),
    ],
    ...['', '?sslmode=require', '?sslmode=no-verify', '?sslmode=verify-full&sslmode=disable'].map(
      (query) =>
        [
          `a database that is not verified in production (${query})`,
          ['DATABASE_URL'],
          production({ DATABASE_URL: `postgres://app:pw@db.example/x${query}` }),
        ] as const,
    ),
    [
      'TLS undone by another parameter in production',
      ['DATABASE_URL'],
      production({ DATABASE_URL: 'postgres://app:pw@db.example/x?sslmode=verify-full&ssl=0' }),
    ],
  ];

  it.each(REFUSED)('refuses %s', (_, names, env) => {
    expect(namesOf(env)).toEqual(names);
  });

  it('lists every fault at once, those of the whole included', () => {
    const names = namesOf({
      STAGE: 'production',
      STORAGE: 'memory',
      PORT: 'x',
      PAYWRIGHT_TYPO: '1',
      PAYWRIGHT_LEASE_MS: '1',
    });
    expect(new Set(names)).toEqual(
      new Set([
        'PORT',
        'PAYWRIGHT_TYPO',
        'PAYWRIGHT_LEASE_MS',
        'STORAGE',
        'PAYWRIGHT_PROCESSOR',
        'PAYWRIGHT_OBJECTS',
        'PAYWRIGHT_SECRET',
        'PAYWRIGHT_CUSTOMER_KEYS',
        'JWT_JWKS_URL',
        'JWT_ISSUER',
        'JWT_AUDIENCE',
      ]),
    );
    expect(names).toHaveLength(new Set(names).size);
  });

  it('never repeats a value, and takes one line for each fault', () => {
    const secret = 'hunter2\nhunter3';
    const faults = faultsOf({
      JWT_SECRET: secret,
      PAYWRIGHT_SECRET: secret,
      DATABASE_URL: secret,
      'PAYWRIGHT_\nA': 'x',
    });
    expect(faults).toHaveLength(4);
    for (const line of faults.map(faultLine)) {
      expect(line).not.toContain('hunter');
      expect(line.split('\n')).toHaveLength(2);
    }
  });

  it('makes no key while anything is wrong', () => {
    const asked: string[] = [];
    readConfig({ PORT: 'x' }, (_, name) => {
      asked.push(name);
      return SECRET;
    });
    expect(asked).toEqual([]);
  });

  it('says when keys cannot be kept', () => {
    const faults = readConfig({ PAYWRIGHT_DATA_DIR: '/dev/null/x' }, localSecret)._unsafeUnwrapErr();
    expect(faults).toEqual([{ name: 'PAYWRIGHT_DATA_DIR', says: 'cannot keep keys there (ENOTDIR)' }]);
  });
});

function jwks(url: string | undefined = 'https://id.example/jwks'): Environment {
  return { JWT_JWKS_URL: url, JWT_ISSUER: 'https://id.example', JWT_AUDIENCE: 'paywright' };
}
