import { PERMISSIONS } from '../../src/entrypoints/cli/tokens.ts';
import { anApprovalsApp } from './approvals-app.ts';
import { anHttpApp, aToken } from './http-app.ts';

/** Of the service that a path is of: its app, and a token of one who may do all that it offers. */
export type ServiceOfPath = (path: string) => Readonly<{
  app: Readonly<{ request: (url: string, init: RequestInit) => Response | Promise<Response> }>;
  token: string;
}>;

export async function bothServices(): Promise<ServiceOfPath> {
  const platform = { app: (await anHttpApp()).app, token: await aToken({ permissions: PERMISSIONS }) };
  const groups = { 'cognito:groups': ['dispatcher', 'admin', 'system'] };
  const approvals = {
    app: anApprovalsApp().app,
    token: await aToken({ sub: 'ann', merchant_id: undefined, ...groups }),
  };
  return (path) => (path.startsWith('/approvals/') ? approvals : platform);
}
