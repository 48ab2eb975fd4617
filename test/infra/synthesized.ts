import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { checked, type Deployment, deployment, newApp } from '../../infra/deployment.ts';
import { APPROVALS_FUNCTIONS, MIGRATION_FUNCTIONS, PLATFORM_FUNCTIONS } from '../../infra/function-plans.ts';
import { deploymentSettings } from '../../infra/settings.ts';

export type Resource = Readonly<{
  Type: string;
  /** As CloudFormation has them: a test reads what it expects there. */
  Properties: Readonly<Record<string, unknown>>;
  DeletionPolicy?: string;
}>;

/** The names of all functions that a deployment has. */
export const FUNCTION_NAMES: readonly string[] = [
  'token-claims',
  ...Object.keys({ ...MIGRATION_FUNCTIONS, ...PLATFORM_FUNCTIONS, ...APPROVALS_FUNCTIONS }),
];

export type Synthesized = Deployment &
  Readonly<{
    templates: Readonly<Record<keyof Deployment, Template>>;
    /** What CloudFormation's own rules and cdk-nag found that nothing explains. */
    findings: readonly unknown[];
  }>;

/** Templates do not depend on what the bundles hold, so these hold nothing. */
export function synthesized(context: Readonly<Record<string, string>> = {}): Synthesized {
  const bundles = mkdtempSync(join(tmpdir(), 'paywright-bundles-'));
  try {
    for (const name of FUNCTION_NAMES) {
      mkdirSync(join(bundles, name));
      writeFileSync(join(bundles, name, 'index.js'), `// ${name}`);
    }
    const outdir = join(bundles, 'out');
    const app = newApp({ outdir });
    const settings = deploymentSettings(context);
    const made = deployment(app, settings, bundles);
    checked(app, made, settings);
    app.synth();
    const { pluginReports } = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8')) as {
      pluginReports: readonly { violations: readonly unknown[] }[];
    };
    const { data, platform, approvals, observability } = made;
    return {
      ...made,
      findings: pluginReports.flatMap(({ violations }) => violations),
      templates: {
        data: Template.fromStack(data.stack),
        platform: Template.fromStack(platform.stack),
        approvals: Template.fromStack(approvals.stack),
        observability: Template.fromStack(observability),
      },
    };
  } finally {
    rmSync(bundles, { recursive: true, force: true });
  }
}

/** One deployment for all files of a worker: a synthesis takes about two seconds of a core. */
export const production = once(() => synthesized({ alarmEmail: 'payments@example.com' }));

function once<Made>(make: () => Made): () => Made {
  let made: Made | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** Resources of one type in one template or in all, by logical id. */
export const resourcesOf = (type: string, ...templates: readonly Template[]): readonly Resource[] =>
  (templates.length > 0 ? templates : Object.values(production().templates)).flatMap((template) =>
    Object.values(template.findResources(type) as Readonly<Record<string, Resource>>),
  );

/** The one resource of a type whose properties hold all that is given. */
export function theResource(type: string, properties: Readonly<Record<string, unknown>>): Resource {
  const found = resourcesOf(type).filter(({ Properties }) =>
    Object.entries(properties).every(([name, value]) => Properties[name] === value),
  );
  const [only] = found;
  if (only === undefined || found.length > 1)
    throw new Error(`${found.length} resources ${type} have ${JSON.stringify(properties)}`);
  return only;
}
