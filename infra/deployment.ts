import { App, type AppProps, CfnOutput, type Stack, Tags, Validations } from 'aws-cdk-lib';
import { DomainName } from 'aws-cdk-lib/aws-apigatewayv2';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { AwsSolutionsChecks } from 'cdk-nag';
import { type Approvals, approvalsStack } from './approvals-stack.ts';
import { type Data, dataStack } from './data-stack.ts';
import { acknowledgeFindings } from './nag-exceptions.ts';
import { observabilityStack } from './observability-stack.ts';
import { type Platform, platformStack } from './platform-stack.ts';
import type { DeploymentSettings } from './settings.ts';

export type Deployment = Readonly<{
  data: Data;
  platform: Platform;
  approvals: Approvals;
  observability: Stack;
}>;

/** An app with the behaviour of CDK's newest versions, where it is an option. */
export const newApp = (props: AppProps = {}): App =>
  new App({
    ...props,
    context: {
      '@aws-cdk/core:checkSecretUsage': true,
      // A stack that others read from is not to lose what they read.
      '@aws-cdk/core:defaultCrossStackReferences': 'strong',
      '@aws-cdk/core:validateAgainstDefaultRules': true,
      '@aws-cdk/core:target-partitions': ['aws'],
      '@aws-cdk/aws-iam:minimizePolicies': true,
      '@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy': true,
      '@aws-cdk/aws-lambda:createNewPoliciesWithAddToRolePolicy': false,
      '@aws-cdk/aws-lambda:recognizeLayerVersion': true,
      '@aws-cdk/aws-rds:databaseProxyUniqueResourceName': true,
      '@aws-cdk/aws-kms:aliasNameRef': true,
      '@aws-cdk/aws-ec2:restrictDefaultSecurityGroup': false,
      ...props.context,
    },
  });

/** All stacks of one deployment, named `paywright-<stage>-…`. Knows no account and no region: either may be any. */
export function deployment(app: App, settings: DeploymentSettings, bundles: string): Deployment {
  const name = `paywright-${settings.stage}`;
  const data = dataStack(app, { name, bundles, settings });
  const domain =
    settings.domain === undefined ? undefined : { name: domainName(data.stack, settings.domain) };
  const platform = platformStack(app, { name, bundles, data, domain, stripe: settings.stripe });
  const approvals = approvalsStack(app, { name, bundles, data, domain, stripe: settings.stripe });
  const observability = observabilityStack(app, name, { data, platform, approvals, settings });
  Tags.of(app).add('application', name);
  return { data, platform, approvals, observability };
}

/** One domain for both services, as one server has it: approvals below `/approvals`. */
function domainName(
  stack: Stack,
  { name, certificateArn }: NonNullable<DeploymentSettings['domain']>,
): DomainName {
  const domain = new DomainName(stack, 'Domain', {
    domainName: name,
    certificate: Certificate.fromCertificateArn(stack, 'Certificate', certificateArn),
  });
  new CfnOutput(stack, 'DomainTarget', {
    value: domain.regionalDomainName,
    description: `CNAME of ${name}`,
  });
  return domain;
}

/** Holds the stacks against the rules of cdk-nag when they are synthesized: a finding without an explanation is an error. */
export function checked(app: App, stacks: Deployment, settings: DeploymentSettings): void {
  acknowledgeFindings(stacks, settings);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
}
