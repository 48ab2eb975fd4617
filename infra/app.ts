import { join } from 'node:path';
import { checked, deployment, newApp } from './deployment.ts';
import { CONTEXT_NAMES, deploymentSettings } from './settings.ts';

const app = newApp();
const context = CONTEXT_NAMES.flatMap((name) => {
  const value: unknown = app.node.tryGetContext(name);
  return value === undefined ? [] : [[name, value] as const];
});
const bundles = join(import.meta.dirname, '../dist/lambda');
const settings = deploymentSettings(Object.fromEntries(context));
checked(app, deployment(app, settings, bundles), settings);
app.synth();
