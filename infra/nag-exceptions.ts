import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { Deployment } from './deployment.ts';
import type { DeploymentSettings } from './settings.ts';
import { STRIPE_EVENTS } from './stripe-secrets.ts';

/** As CDK names a route of an API. */
const STRIPE_ROUTE = `POST${STRIPE_EVENTS.replaceAll('/', '--')}`;

/** Rules of cdk-nag that do not hold here, and why that is right; everything else they find fails the synthesis. */
export function acknowledgeFindings(
  { data, platform, approvals }: Deployment,
  { keepData }: DeploymentSettings,
): void {
  if (!keepData)
    accept(data.database.cluster, {
      'AwsSolutions-RDS10': 'This deployment is to go with its data, as its settings say.',
    });
  for (const { functions } of [data, platform, approvals])
    for (const each of Object.values(functions))
      accept(each.role, {
        'AwsSolutions-IAM5[Resource::*]':
          'X-Ray has no resources to name, nor have the network interfaces that Lambda makes in a VPC.',
      });
  const exported = (logicalId: string) =>
    `Resource::${data.stack.stackName}:ExportsOutputFnGetAtt${logicalId}`;
  const { process, query, reconcile, jobs, retention } = platform.functions;
  for (const each of [process, query, reconcile, jobs, retention])
    accept(each.role, {
      [`AwsSolutions-IAM5[${exported('Files8E6940B8ArnD8EE6C03')}/*]`]:
        'Objects are of every merchant; the bucket holds nothing but them.',
    });
  accept(platform.functions.relay.role, {
    [`AwsSolutions-IAM5[${exported('Payments130453D3Arn22B4E62B')}/stream/*]`]:
      'A stream’s name is the time at which it was made; listing them has no narrower resource.',
  });
  for (const path of ['GET--healthz', 'GET--readyz'])
    accept(platform.api.node.findChild(path), {
      'AwsSolutions-APIG4': 'Probes have no token; the answer says nothing of anybody.',
    });
  for (const { api } of [platform, approvals])
    if (api.node.tryFindChild(STRIPE_ROUTE) !== undefined)
      accept(api.node.findChild(STRIPE_ROUTE), {
        'AwsSolutions-APIG4':
          'Stripe has no token of ours: its events are signed, and no more than a reason to ask.',
      });
  for (const dead of [platform.dead, approvals.dead])
    accept(dead, { 'AwsSolutions-SQS3': 'It is itself where failed runs and events are kept.' });
  accept(data.identity.pool, {
    'AwsSolutions-COG8': 'The Plus plan is a price for each person; MFA is required of all instead.',
  });
  accept(data.database.cluster, {
    'AwsSolutions-RDS6':
      'Functions log in through the proxy with a secret; the database is reached from two security groups alone.',
  });
  accept(data.signing, {
    'AwsSolutions-SMG4': 'It signs cursors that clients hold: people replace it, and accept that those end.',
  });
  accept(data.customers.index, {
    'AwsSolutions-KMS5': 'KMS rotates no HMAC key: people put another in front (`paywright keys rotate`).',
  });
  accept(data.database.serving, {
    'AwsSolutions-SMG4':
      'Rotated by docs/operations/rotate-database-login.md, since role and secret change together.',
  });
}

function accept(construct: IConstruct | undefined, reasons: Readonly<Record<string, string>>): void {
  if (construct === undefined) throw new Error('there is no construct for a finding');
  for (const [id, reason] of Object.entries(reasons)) Validations.of(construct).acknowledge({ id, reason });
}
