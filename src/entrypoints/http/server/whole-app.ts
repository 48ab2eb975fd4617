type FetchApp = Readonly<{ fetch: (request: Request, env?: object) => Response | Promise<Response> }>;

/** Both services behind one address: approvals below `/approvals`, and all else the platform's. */
export const wholeApp = (platform: FetchApp, approvals: FetchApp): FetchApp => ({
  fetch: (request, env) =>
    (isOfApprovals(new URL(request.url).pathname) ? approvals : platform).fetch(request, env),
});

const isOfApprovals = (path: string): boolean => path === '/approvals' || path.startsWith('/approvals/');
