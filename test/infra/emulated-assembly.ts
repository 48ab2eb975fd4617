import { cpSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { deployment, newApp } from '../../infra/deployment.ts';
import { deploymentSettings } from '../../infra/settings.ts';
import { deployedBundles } from '../support/lambda/bundles.ts';

/** What MiniStack's CloudFormation does not know; the templates that hold it are held by the tests beside this file. */
const UNKNOWN = new Set([
  'AWS::EC2::EIP',
  'AWS::EC2::FlowLog',
  'AWS::EC2::NatGateway',
  'AWS::EC2::SecurityGroupEgress',
  'AWS::EC2::SecurityGroupIngress',
  'AWS::RDS::DBProxy',
  'AWS::RDS::DBProxyTargetGroup',
]);

type Json = { [name: string]: unknown };
type Resource = Readonly<{ Type: string; Properties: Json }>;

/**
 * The stacks of a deployment in `folder`, with the bundles that are deployed, as MiniStack can take them. What is changed is
 * here and nowhere else, and docs/deploy.md names it.
 */
export async function emulatedAssembly(folder: string, emulator: string): Promise<string> {
  const [bundles, outdir] = [join(folder, 'bundles'), join(folder, 'out')];
  for (const { name, file } of await deployedBundles()) {
    cpSync(dirname(file), join(bundles, name), { recursive: true });
    // It looks for no other ending.
    renameSync(join(bundles, name, 'index.cjs'), join(bundles, name, 'index.js'));
  }
  const app = newApp({ outdir });
  deployment(app, deploymentSettings({ alarmEmail: 'payments@example.com', keepData: 'false' }), bundles);
  app.synth();
  for (const name of readdirSync(outdir).filter((each) => each.endsWith('.template.json'))) {
    const file = join(outdir, name);
    const template = JSON.parse(readFileSync(file, 'utf8')) as Readonly<{
      Resources: Record<string, Resource>;
    }>;
    writeFileSync(file, JSON.stringify(emulated(template, emulator)));
  }
  return outdir;
}

function emulated(template: Readonly<{ Resources: Record<string, Resource> }>, emulator: string): unknown {
  const ids = (is: (resource: Resource) => boolean) =>
    new Set(Object.entries(template.Resources).flatMap(([id, each]) => (is(each) ? [id] : [])));
  const absent = ids(({ Type, Properties }) => UNKNOWN.has(Type) || isMathAlarm(Type, Properties));
  const secrets = ids(({ Type }) => Type === 'AWS::SecretsManager::Secret');
  for (const id of absent) delete template.Resources[id];
  for (const { Type, Properties } of Object.values(template.Resources)) {
    if (Type === 'AWS::DynamoDB::Table') markActive(Properties);
    if (Type === 'AWS::Lambda::Function') settle(Properties, emulator);
    if (Type === 'AWS::SecretsManager::Secret') spareOfPunctuation(Properties);
  }
  return referring(template, absent, secrets);
}

/** Alarms on sums of metrics are not taken. */
const isMathAlarm = (type: string, properties: Json): boolean =>
  type === 'AWS::CloudWatch::Alarm' && 'Metrics' in properties;

/** It never says of an index that CloudFormation made that it is there. */
function markActive(table: Json): void {
  for (const index of table['GlobalSecondaryIndexes'] as Json[]) index['IndexStatus'] = 'ACTIVE';
}

/** It knows of characters that a password leaves out, and of no kind of them: one that began with a brace was none. */
function spareOfPunctuation({ GenerateSecretString: generated }: Json): void {
  if (generated instanceof Object) Object.assign(generated, { ExcludeCharacters: PUNCTUATION });
}

const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/** Production refuses what is not AWS, and keys of tokens come from where the pool is. */
function settle({ Environment: environment }: Json, emulator: string): void {
  const variables = (environment as { Variables?: Json } | undefined)?.Variables;
  if (variables === undefined) return;
  const { 'Fn::Join': join_ } = variables['JWT_JWKS_URL'] as { 'Fn::Join': [string, unknown[]] };
  const pool = join_[1].at(-2);
  variables['STAGE'] = 'development';
  variables['AWS_ENDPOINT_URL'] = emulator;
  variables['JWT_JWKS_URL'] = { 'Fn::Join': ['', [`${emulator}/`, pool, '/.well-known/jwks.json']] };
}

/** References to what is absent become texts; a secret's is its ARN, which MiniStack gives as `Id` alone. */
function referring(value: unknown, absent: ReadonlySet<string>, secrets: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((each) => referring(each, absent, secrets));
  if (!(value instanceof Object)) return value;
  const { Ref: ref, 'Fn::GetAtt': attribute, DependsOn: needs, ...rest } = value as Json;
  if (typeof ref === 'string' && absent.has(ref)) return `absent-${ref}`;
  if (typeof ref === 'string' && secrets.has(ref)) return { 'Fn::GetAtt': [ref, 'Id'] };
  if (Array.isArray(attribute)) {
    const [id, name] = attribute as [string, string];
    // A cluster's secret with its owner's password is not made either.
    if (absent.has(id) || name.startsWith('MasterUserSecret')) return `absent-${id}-${name}`;
  }
  const there = [needs].flat().filter((id) => typeof id === 'string' && !absent.has(id));
  return {
    ...(ref === undefined ? {} : { Ref: ref }),
    ...(attribute === undefined ? {} : { 'Fn::GetAtt': attribute }),
    ...(there.length === 0 ? {} : { DependsOn: there }),
    ...Object.fromEntries(
      Object.entries(rest).map(([name, each]) => [name, referring(each, absent, secrets)]),
    ),
  };
}
