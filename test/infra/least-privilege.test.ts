import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  APPROVALS_FUNCTIONS,
  type FunctionPlan,
  MIGRATION_FUNCTIONS,
  PLATFORM_FUNCTIONS,
  type Resource,
} from '../../infra/function-plans.ts';
import type { Bundle } from '../../tools/bundle/bundle.ts';
import type { AskedCalls } from '../support/asked-calls.ts';
import { deployedBundles } from '../support/lambda/bundles.ts';
import asked from './asked-calls.json' with { type: 'json' };
import { IAM } from './iam-actions.ts';
import { resourcesOf } from './synthesized.ts';

const bundles = new Map<string, Bundle>();
beforeAll(async () => {
  for (const bundle of await deployedBundles()) bundles.set(bundle.name, bundle);
});

/** What a bundle's clients could ask and its function never does, as nothing that it serves reaches it; and who does. */
const OF_OTHERS: readonly Readonly<{ actions: RegExp; of: string }>[] = [
  { actions: /^s3:/, of: 'functions whose work has files' },
  {
    actions: /^kms:/,
    of: 'functions that open or find customers, whose rights are in customer-keys.test.ts, and `paywright keys rotate`',
  },
  {
    actions: /^dynamodb:(CreateTable|UpdateTable|UpdateTimeToLive|PutItem)$/,
    of: '`paywright migrate` where CloudFormation has not made the table',
  },
  {
    actions: /^dynamodb:(DescribeTable|DescribeTimeToLive|GetItem|Query|Scan)$/,
    of: 'migrations and `paywright verify`',
  },
  {
    actions: /^(sqs:|events:DescribeEventBus)/,
    of: 'consumers, `paywright approval-queue` and `paywright doctor`',
  },
];

/** Rights that no run of `test/flows/asked-calls.test.ts` needs, and why they are given. */
const UNHEARD: readonly Readonly<{ names: RegExp; rights: RegExp; because: string }>[] = [
  {
    names: /^(process|reconcile|jobs|webhooks|relay|recovery|retention)$/,
    rights: /^dynamodb:(DescribeTable table|GetItem table #S)$/,
    because:
      'asked in production before the first work, as `GET /readyz` asks it of `query`, and the item by the first commit',
  },
  {
    names: /^process$/,
    rights: /^dynamodb:Query dueIndex$/,
    because: 'asked for what is under way on a payment that an event of Stripe names',
  },
  {
    names: /^(process|query|reconcile|jobs|recovery)$/,
    rights: /^dynamodb:(GetItem|BatchGetItem|Query) table \*#/,
    because: 'what is of a tenant is read as a whole',
  },
  {
    names: /^(process|reconcile|jobs|query|webhooks|relay|retention)$/,
    rights:
      /^s3:(AbortMultipartUpload|ListMultipartUploadParts|DeleteObject|GetObject) objects$|^s3:ListBucket bucket$/,
    because:
      'of files above 9 MB, of what was given up and after lost replies: test/adapters/object-s3.test.ts',
  },
  {
    names: /^(reconcile|jobs)$/,
    rights: /^dynamodb:(PutItem|UpdateItem|DeleteItem) table \*#P#\*$/,
    because:
      'of a payment that has ended and the processor’s record contradicts: test/scenarios/ended-payments.scenario.ts',
  },
  {
    names: /^migrate$/,
    rights: /^dynamodb:BatchWriteItem table /,
    because: 'of payments that a version before took: test/adapters/dynamodb-migrate-finders.test.ts',
  },
  {
    names: /^migrate$/,
    rights: /^dynamodb:UpdateItem table \*#LT?#\*$/,
    because: 'of entries that a version before posted: test/adapters/dynamodb-migrate-ledger-tallies.test.ts',
  },
  {
    names: /^recovery$/,
    rights: /^dynamodb:(PutItem|UpdateItem) table \*#LT#\*$/,
    because: 'of a payment whose processor keeps a fee at once, as `process` posts it',
  },
  {
    names: /^retention$/,
    rights: /^dynamodb:GetItem table \*#C#\*$/,
    because:
      'one alone is asked for by itself: where no more is due than that, or one more than goes at once',
  },
  {
    names: /^relay$/,
    rights: /^dynamodb:(PutItem|UpdateItem|DeleteItem) table #E#\*$/,
    because: 'an event that a sink refuses is put off and parked: test/contract/outbox.contract.ts',
  },
];

const PLANS: Readonly<Record<string, FunctionPlan>> = {
  ...MIGRATION_FUNCTIONS,
  ...PLATFORM_FUNCTIONS,
  ...APPROVALS_FUNCTIONS,
};

const sorted = (names: Iterable<string>): readonly string[] => [...new Set(names)].toSorted();

/** As AWS's clients say which operation a command is. Items are asked for past them, by code that is in every bundle. */
const COMMAND = /class extends [\w$]+\([\w$]+,[\w$]+,"([A-Za-z0-9]+)",[\w$]+\)/g;

function asksIn(name: string): readonly string[] {
  const text = readFileSync(bundles.get(name)?.bundle ?? '', 'utf8');
  return sorted(
    [...text.matchAll(COMMAND)].flatMap(([, operation = '']) => {
      const needed = IAM[operation];
      if (needed === undefined) throw new Error(`${name} asks ${operation}, which is not known here`);
      return needed;
    }),
  );
}

/** What each resource of a plan is called in the ARNs of a policy. */
const ARNS: Readonly<Record<Resource, RegExp>> = {
  table: /Payments[0-9A-F]+(?:",")?Arn\w*"[\]}]*$/,
  dueIndex: /"\/index\/due"/,
  trailIndex: /"\/index\/trail"/,
  stream: /StreamArn/,
  streams: /"\/stream\/\*"/,
  bucket: /Files\w+Arn\w*"}$/,
  objects: /Files\w+Arn\w*"},"\/\*"/,
  signingSecret: /Signing[0-9A-F]/,
  servingLogin: /DatabaseServing/,
  ownerLogin: /MasterUserSecret/,
  approvalQueue: /"ApprovalQueue[0-9A-F]+"/,
  workCompleted: /"WorkCompleted[0-9A-F]+"/,
  deadLetters: /"DeadLetters[0-9A-F]+"/,
  bus: /"Bus[0-9A-F]+"/,
};

type Right = Readonly<{ actions: readonly string[]; of: string; keys?: readonly string[] }>;
type Statement = Readonly<{
  Action: string | readonly string[];
  Resource: unknown;
  Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}>;

const statementsOf = (name: string): readonly Statement[] => {
  const [policy] = resourcesOf('AWS::IAM::Policy').filter(({ Properties }) =>
    JSON.stringify(Properties['Roles']).includes(`"${name.replaceAll('-', '')}role`),
  );
  if (policy === undefined) throw new Error(`${name} has no policy`);
  return (policy.Properties['PolicyDocument'] as Readonly<{ Statement: readonly Statement[] }>).Statement;
};

/** Of every function; the key of storage is used through a service alone. */
const COMMON =
  /^(logs:(CreateLogStream|PutLogEvents)|xray:Put(TraceSegments|TelemetryRecords)|kms:[A-Za-z]+|ec2:\w+)$/;

/** What the policy of the role gives, each statement with one resource. */
const rightsOf = (name: string): readonly Right[] =>
  statementsOf(name).flatMap(({ Action, Resource: resource, Condition }): readonly Right[] => {
    const actions = [Action].flat();
    if (actions.every((action) => COMMON.test(action))) return [];
    const keys = Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'];
    return [resource].flat().map((each) => {
      const arn = JSON.stringify(each);
      const [of, ...others] = Object.entries(ARNS).flatMap(([called, form]) =>
        form.test(arn) ? [called] : [],
      );
      if (of === undefined || others.length > 0) throw new Error(`${name}: ${arn} is no one resource`);
      return { actions, of, ...(keys === undefined ? {} : { keys: [keys].flat() }) };
    });
  });

const matches = (pattern: string, key: string): boolean =>
  new RegExp(`^${pattern.split('*').map(literally).join('.*')}$`).test(key);
const literally = (text: string): string => text.replaceAll(/[$.*+?^()[\]{}|]/g, '\\$&');

/** What each was heard to ask, but of customers' keys (`customer-keys.test.ts`); who takes a file up does the jobs that read it. */
const heardOf = (name: string): readonly Readonly<{ action: string; of: string; key?: string }>[] =>
  [name, ...(name === 'reconcile' ? ['jobs'] : [])].flatMap((each) =>
    Object.entries((asked as AskedCalls)[each] ?? {}).flatMap(([ask, keys]) => {
      const [action = '', of = ''] = ask.split(' ');
      if (action.startsWith('kms:')) return [];
      return keys.length === 0 ? [{ action, of }] : keys.map((key) => ({ action, of, key }));
    }),
  );

const line = ({ action, of, key }: Readonly<{ action: string; of: string; key?: string }>) =>
  [action, of, key].filter((part) => part !== undefined).join(' ');

/** Rights of a role that it was not heard to use: actions, and for the kinds of keys that none of them was used on, each of them. */
function unusedRights(name: string): readonly string[] {
  const byLambda = new Set<string>(PLANS[name]?.asks.flatMap(({ of, by }) => (by === 'lambda' ? [of] : [])));
  const heard = heardOf(name);
  return rightsOf(name)
    .filter(({ of }) => !byLambda.has(of))
    .flatMap(({ actions, of, keys }) => {
      const used = heard.filter(
        (call) =>
          call.of === of &&
          actions.includes(call.action) &&
          (keys === undefined || keys.some((key) => matches(key, call.key ?? ''))),
      );
      const unusedActions = actions.filter((action) => !used.some((call) => call.action === action));
      const unusedKeys = (keys ?? []).filter((key) => !used.some((call) => matches(key, call.key ?? '')));
      return [
        ...unusedActions.flatMap((action) =>
          (keys ?? [undefined]).map((key) => line({ action, of, ...(key === undefined ? {} : { key }) })),
        ),
        ...unusedKeys.flatMap((key) => actions.map((action) => line({ action, of, key }))),
      ];
    });
}

describe('What a function may do', () => {
  it('is planned for each that there is', () => {
    expect(sorted([...Object.keys(PLANS), 'token-claims'])).toEqual(sorted(bundles.keys()));
  });

  it.each(Object.keys(PLANS))('is all that its bundle was heard to ask: %s', (name) => {
    const rights = rightsOf(name);
    const refused = heardOf(name).filter(
      ({ action, of, key }) =>
        !rights.some(
          (right) =>
            right.of === of &&
            right.actions.includes(action) &&
            (right.keys === undefined || right.keys.some((pattern) => matches(pattern, key ?? ''))),
        ),
    );
    expect(refused.map(line)).toEqual([]);
  });

  it.each(Object.keys(PLANS))(
    'is no more than its bundle was heard to ask, but what is named: %s',
    (name) => {
      const unexplained = unusedRights(name).filter(
        (right) => !UNHEARD.some(({ names, rights }) => names.test(name) && rights.test(right)),
      );
      expect(unexplained).toEqual([]);
    },
  );

  it.each(Object.keys(PLANS))(
    'is to read by itself what it reads with others, as a batch of one is: %s',
    (name) => {
      const keysOf = (action: string) =>
        sorted(
          (PLANS[name]?.asks ?? []).flatMap(({ to, leadingKeys = [] }) =>
            to.includes(action) ? leadingKeys : [],
          ),
        );
      expect(keysOf('dynamodb:GetItem')).toEqual(
        expect.arrayContaining([...keysOf('dynamodb:BatchGetItem')]),
      );
    },
  );

  it('is named with a reason only where no run needs it', () => {
    const needless = UNHEARD.filter(
      ({ names, rights }) =>
        !Object.keys(PLANS).some(
          (name) => names.test(name) && unusedRights(name).some((right) => rights.test(right)),
        ),
    );
    expect(needless.map(({ because }) => because)).toEqual([]);
  });

  it.each(Object.keys(PLANS))(
    'leaves out of what the clients in its bundle could ask only what others do: %s',
    (name) => {
      const granted = new Set(PLANS[name]?.asks.flatMap(({ to }) => to));
      const left = asksIn(name).filter((action) => !granted.has(action));
      expect(left.filter((action) => !OF_OTHERS.some(({ actions }) => actions.test(action)))).toEqual([]);
    },
  );

  it.each(Object.entries(PLANS))(
    'is in its role, and nothing else but logs, traces, keys and its network: %s',
    (name, { asks }) => {
      const statements = statementsOf(name);
      const actions = statements.flatMap(({ Action }) => Action);
      expect(sorted(actions.filter((action) => !COMMON.test(action)))).toEqual(
        sorted(asks.flatMap(({ to }) => to)),
      );
      expect(actions.filter((action) => action.includes('*'))).toEqual([]);
      const anywhere = statements.filter(({ Resource }) => Resource === '*').flatMap(({ Action }) => Action);
      expect(anywhere.filter((action) => !/^(xray|ec2):/.test(action))).toEqual([]);
    },
  );
});
